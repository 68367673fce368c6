// Video instructions (PTX ISA, "Video Instructions"): what stands in their modifiers and selectors becomes a VideoForm.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <string_view>

#include "vgpu/machine/decode/decoder.h"
#include "vgpu/ops/video.h"

namespace vgpu {

namespace {

template <class Value>
struct Named {
  std::string_view name;
  Value value;
};

template <class Value, size_t kCount>
const Value* find(const Named<Value> (&list)[kCount], std::string_view name) {
  const auto* found =
      std::find_if(std::begin(list), std::end(list), [&](const auto& each) { return each.name == name; });
  return found == std::end(list) ? nullptr : &found->value;
}

constexpr Named<VideoOp> kOps[] = {{"vadd", VideoOp::add}, {"vsub", VideoOp::sub}, {"vabsdiff", VideoOp::absdiff},
                                   {"vmin", VideoOp::min}, {"vmax", VideoOp::max}, {"vavrg", VideoOp::avrg},
                                   {"vshl", VideoOp::shl}, {"vshr", VideoOp::shr}, {"vmad", VideoOp::mad},
                                   {"vset", VideoOp::set}};
constexpr Named<VideoCompare> kCompares[] = {{"eq", VideoCompare::eq}, {"ne", VideoCompare::ne},
                                             {"lt", VideoCompare::lt}, {"le", VideoCompare::le},
                                             {"gt", VideoCompare::gt}, {"ge", VideoCompare::ge}};
constexpr Named<VideoSecond> kSeconds[] = {
    {"add", VideoSecond::add}, {"min", VideoSecond::min}, {"max", VideoSecond::max}};
constexpr Named<VideoPart> kParts[] = {{"", VideoPart::all},  {"b0", VideoPart::b0}, {"b1", VideoPart::b1},
                                       {"b2", VideoPart::b2}, {"b3", VideoPart::b3}, {"h0", VideoPart::h0},
                                       {"h1", VideoPart::h1}};

/// The digits behind .h or .b; empty where the selector is not of that kind.
std::string_view digits_of(std::string_view selector, int elements) {
  if (selector.size() < 2 || selector[0] != (elements == 2 ? 'h' : 'b')) return {};
  return selector.substr(1);
}

}  // namespace

bool Decoder::decode_video(const Instruction& inst) {
  std::string_view base = inst.opcode;
  const int elements = base.ends_with('2') ? 2 : base.ends_with('4') ? 4 : 1;
  if (elements > 1) base.remove_suffix(1);
  const VideoOp* op = find(kOps, base);
  if (op == nullptr) return false;
  const bool scalar_only = *op == VideoOp::shl || *op == VideoOp::shr || *op == VideoOp::mad;
  if (elements > 1 ? scalar_only : *op == VideoOp::avrg) return false;

  VideoForm form;
  form.op = *op;
  std::vector<bool> types;  // whether signed: of d (not vset), a and b
  bool mode = false, compare = false;
  for (const std::string& m : inst.modifiers) {
    const VideoCompare* comparison = *op == VideoOp::set ? find(kCompares, m) : nullptr;
    const VideoSecond* second = *op == VideoOp::mad ? nullptr : find(kSeconds, m);
    if (m == "u32" || m == "s32") {
      types.push_back(m == "s32");
    } else if (m == "sat" && *op != VideoOp::set) {
      form.saturate = 1;
    } else if (comparison != nullptr) {
      form.compare = *comparison;
      compare = true;
    } else if (second != nullptr && (elements == 1 || *second == VideoSecond::add)) {
      form.second = *second;
    } else if ((m == "clamp" || m == "wrap") && (*op == VideoOp::shl || *op == VideoOp::shr)) {
      form.wrap = m == "wrap";
      mode = true;
    } else if (m == "po" && *op == VideoOp::mad) {
      form.plus_one = 1;
    } else if ((m == "shr7" || m == "shr15") && *op == VideoOp::mad) {
      form.scale = m == "shr7" ? 7 : 15;
    } else {
      refuse(inst, fmt::format("the modifier .{} is not known", m));
    }
  }
  if (*op == VideoOp::set) types.insert(types.begin(), false);
  if (types.size() != 3) refuse(inst, "it needs the types of its operands");
  if ((*op == VideoOp::shl || *op == VideoOp::shr) && !mode) refuse(inst, "it needs .clamp or .wrap");
  if (*op == VideoOp::set && !compare) refuse(inst, "its comparison is missing");
  form.d_signed = types[0];
  form.a_signed = types[1];
  form.b_signed = types[2];

  const size_t count = inst.operands.size();
  if (count < 3 || count > 4) refuse(inst, "it needs a destination and two or three sources");
  Operand operands[4];
  std::string selectors[4];
  for (size_t i = 0; i < count; ++i) {
    operands[i] = inst.operands[i];
    selectors[i] = operands[i].kind == Operand::Kind::reg ? operands[i].name : std::string();
    operands[i].name.clear();
    if (!operands[i].negated) continue;
    if (*op != VideoOp::mad || form.plus_one) refuse(inst, "an operand cannot be negated here");
    operands[i].negated = false;
    if (i == 3) {
      form.negate_c = 1;
    } else {
      form.negate_product = form.negate_product ^ 1;
    }
  }
  if (form.negate_c && form.negate_product) refuse(inst, "either the product or the sum's other part is negated");
  if (elements == 1) {
    VideoPart parts[3];
    for (size_t i = 0; i < 3; ++i) {
      const VideoPart* part = find(kParts, selectors[i]);
      if (part == nullptr) refuse(inst, fmt::format("the selector .{} is not known here", selectors[i]));
      parts[i] = *part;
    }
    form.d = parts[0];
    form.a = parts[1];
    form.b = parts[2];
    const bool third = form.second != VideoSecond::none || form.d != VideoPart::all || *op == VideoOp::mad;
    if (third != (count == 4)) refuse(inst, third ? "its last source is missing" : "it has an operand too many");
    if (form.d != VideoPart::all && (form.second != VideoSecond::none || *op == VideoOp::mad))
      refuse(inst, "its destination takes no selector");
  } else {
    if (count != 4) refuse(inst, "its last source is missing");
    if (form.saturate && form.second != VideoSecond::none) refuse(inst, "it cannot saturate and add up");
    const auto chosen = [&](size_t operand, uint64_t implied) {
      if (selectors[operand].empty()) return implied;
      const std::string_view digits = digits_of(selectors[operand], elements);
      uint64_t result = 0;
      bool known = digits.size() == static_cast<size_t>(elements);
      for (const char c : digits) {
        known = known && c >= '0' && c < '0' + 2 * elements;
        result = result << 3 | (static_cast<uint64_t>(c - '0') & 7);
      }
      if (!known) refuse(inst, fmt::format("the selector .{} is not known here", selectors[operand]));
      return result;
    };
    form.a_elements = chosen(1, elements == 2 ? 010 : 03210);
    form.b_elements = chosen(2, elements == 2 ? 032 : 07654);
    uint64_t mask = selectors[0].empty() ? (uint64_t{1} << elements) - 1 : 0;
    bool known = true;
    for (const char c : digits_of(selectors[0], elements)) {
      known = known && c >= '0' && c < '0' + elements;
      mask |= uint64_t{1} << ((c - '0') & 3);
    }
    if (mask == 0 || !known) refuse(inst, fmt::format("the mask .{} is not known here", selectors[0]));
    form.mask = mask;
  }
  if (count == 4 && !selectors[3].empty()) refuse(inst, "its last source takes no selector");

  std::vector<uint32_t> sources;
  for (size_t i = 1; i < 4; ++i) {
    sources.push_back(i < count ? source(inst, operands[i], Row::b32) : constant_row(Row::b32, 0));
  }
  const char* name = elements == 1 ? "video" : elements == 2 ? "video2" : "video4";
  emit_lane(inst, *ops_.find(name), {destination(inst, operands[0], Row::b32)}, std::move(sources));
  program_.code.back().rows.imm = std::bit_cast<int64_t>(form);
  return true;
}

}  // namespace vgpu
