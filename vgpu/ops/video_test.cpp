// Video instructions against their definitions (PTX ISA, "Video Instructions") and what an H100 was measured to do, on
// lists of parts in 128-bit numbers.

#include "vgpu/ops/video.h"

#include <bit>

#include "vgpu/ops/op_testing.h"

namespace vgpu::isa_baseline {
void add_video_ops(OpTable& table);
}

namespace vgpu::testing {
namespace {

using Signed = __int128;

Signed number(Bits bits, int width, bool is_signed) {
  const Bits low = bits & ((Bits{1} << width) - 1);
  return is_signed && (low >> (width - 1)) != 0 ? static_cast<Signed>(low) - (Signed{1} << width)
                                                : static_cast<Signed>(low);
}

struct Field {
  int width, shift;
};
Field field_of(VideoPart part) {
  switch (part) {
    case VideoPart::b0:
    case VideoPart::b1:
    case VideoPart::b2:
    case VideoPart::b3:
      return {8, 8 * (static_cast<int>(part) - static_cast<int>(VideoPart::b0))};
    case VideoPart::h0:
      return {16, 0};
    case VideoPart::h1:
      return {16, 16};
    default:
      return {32, 0};
  }
}

Signed clamp(Signed x, int width, bool is_signed) {
  const Signed low = is_signed ? -(Signed{1} << (width - 1)) : 0;
  return std::clamp(x, low, low + (Signed{1} << width) - 1);
}

Signed arithmetic(const VideoForm& form, Signed a, Signed b) {
  switch (form.op) {
    case VideoOp::add:
      return a + b;
    case VideoOp::sub:
      return a - b;
    case VideoOp::absdiff:
      return std::max(a, b) - std::min(a, b);
    case VideoOp::min:
      return std::min(a, b);
    case VideoOp::max:
      return std::max(a, b);
    case VideoOp::avrg: {  // halves go away from zero where the sum is positive, and down where it is not
      const Signed sum = a + b, half = sum >= 0 ? (sum + 1) / 2 : -((1 - sum) / 2);
      return half;
    }
    case VideoOp::shl:
    case VideoOp::shr: {
      const Signed by = form.wrap ? b % 32 : std::min<Signed>(b, 32);
      const Signed power = Signed{1} << static_cast<int>(by);
      if (form.op == VideoOp::shl) return a * power;
      return a >= 0 ? a / power : -((power - 1 - a) / power);
    }
    default: {
      const bool truth[] = {a == b, a != b, a<b, a <= b, a> b, a >= b};
      return truth[static_cast<int>(form.compare)];
    }
  }
}

/// As an H100 has it: a negative number is a great one where the type has no sign, a byte or half is clamped from above
/// alone, a factor that is a whole word has a sign, and the upper half is the result's upper half.
Bits scalar(const VideoForm& form, const Sources& s) {
  const Field fa = field_of(form.a), fb = field_of(form.b), fd = field_of(form.d);
  if (form.op == VideoOp::mad) {
    const Signed a = number(s[0] >> fa.shift, fa.width, form.a_signed || fa.width == 32);
    const Signed b = number(s[1] >> fb.shift, fb.width, form.b_signed || fb.width == 32);
    const Signed c = form.negate_c ? number(~s[2], 32, true) + 1 : number(s[2], 32, true);
    Signed sum = (form.negate_product ? -(a * b) : a * b) + c + (form.plus_one ? 1 : 0);
    for (uint64_t i = 0; i < form.scale; ++i) sum = (sum - (sum % 2 != 0 && sum < 0 ? 1 : 0)) / 2;
    const bool is_signed = form.a_signed || form.b_signed || form.negate_product || form.negate_c;
    return static_cast<Bits>(form.saturate ? clamp(sum, 32, is_signed) : sum);
  }
  const Signed a = number(s[0] >> fa.shift, fa.width, form.a_signed);
  const Signed b = number(s[1] >> fb.shift, fb.width, form.b_signed);
  Signed result = arithmetic(form, a, b);
  const auto great = [](Signed x) { return x < 0 ? x + (Signed{1} << 64) : x % (Signed{1} << 64); };
  if (form.saturate) {
    if (form.op == VideoOp::shl || form.op == VideoOp::shr) {  // 34 bits, to a word whatever the part
      result = clamp(number(static_cast<Bits>(result), 34, true), 32, form.d_signed);
      if (form.op == VideoOp::shl) result = number(static_cast<Bits>(result), 32, true);
    } else if (fd.width == 32) {
      result = clamp(result, 32, form.d_signed);
    } else {
      result = std::min(great(result), (Signed{1} << (form.d_signed ? fd.width - 1 : fd.width)) - 1);
    }
  }
  const bool is_signed = form.op == VideoOp::set ? form.a_signed : form.d_signed;
  const Signed mine = is_signed ? result : great(result), c = number(s[2], 32, is_signed);
  if (form.second == VideoSecond::add) return static_cast<Bits>(result + c);
  if (form.second == VideoSecond::min) return static_cast<Bits>(std::min(mine, c));
  if (form.second == VideoSecond::max) return static_cast<Bits>(std::max(mine, c));
  Bits d = 0;
  for (int bit = 0; bit < 32; ++bit) {
    const bool inside = bit >= fd.shift && bit < fd.shift + fd.width;
    const int from = form.d == VideoPart::h1 ? bit : bit - fd.shift;
    d |= ((inside ? static_cast<Bits>(result) >> from : s[2] >> bit) & 1) << bit;
  }
  return d;
}

Bits simd(const VideoForm& form, const Sources& s, int elements) {
  const int width = 32 / elements;
  std::vector<Bits> all;  // of a, then of b
  for (const Bits word : {s[0], s[1]}) {
    for (int i = 0; i < elements; ++i) all.push_back(word >> (width * i));
  }
  Signed sum = static_cast<Signed>(s[2]);
  Bits merged = 0;
  for (int i = 0; i < elements; ++i) {
    const auto chosen = [&](uint64_t list) { return all[(list >> (3 * i)) % 8 % all.size()]; };
    Signed t = arithmetic(form, number(chosen(form.a_elements), width, form.a_signed),
                          number(chosen(form.b_elements), width, form.b_signed));
    if (form.saturate) t = clamp(t, width, form.d_signed);
    const bool written = (form.mask >> i) & 1;
    if (written) sum += t;
    merged |= truncate(written ? static_cast<Bits>(t) : s[2] >> (width * i), width == 8 ? Row{1} : Row::b16)
              << (width * i);
  }
  return form.second == VideoSecond::add ? static_cast<Bits>(sum) : merged;
}

const std::vector<Row> kThreeWords(3, Row::b32);

void check_form(const std::string& name, const VideoForm& form, uint32_t seed, const Expectation& expected) {
  check_op(name, operand_tuples(kThreeWords, 64, 32, seed), expected, std::bit_cast<int64_t>(form));
}

}  // namespace

TEST_CASE("scalar video instructions: every operation, parts, signs and what is done with the third source") {
  std::mt19937 generator(3);
  const auto draw = [&](unsigned n) { return generator() % n; };
  for (uint32_t i = 0; i < 600; ++i) {
    VideoForm form;
    constexpr VideoOp ops[] = {VideoOp::add, VideoOp::sub, VideoOp::absdiff, VideoOp::min, VideoOp::max,
                               VideoOp::shl, VideoOp::shr, VideoOp::mad,     VideoOp::set};
    form.op = ops[i % std::size(ops)];
    form.compare = static_cast<VideoCompare>(draw(6));
    form.a_signed = draw(2);
    form.b_signed = form.op == VideoOp::shl || form.op == VideoOp::shr ? 0 : draw(2);
    form.d_signed = form.op == VideoOp::set ? 0 : draw(2);
    form.saturate = form.op == VideoOp::set ? 0 : draw(2);
    form.a = static_cast<VideoPart>(draw(7));
    form.b = static_cast<VideoPart>(draw(7));
    form.wrap = draw(2);
    if (form.op == VideoOp::mad) {
      const unsigned kind = draw(4);
      form.negate_product = kind == 1;
      form.negate_c = kind == 2;
      form.plus_one = kind == 3;
      form.scale = draw(3) == 0 ? 0 : draw(2) != 0 ? 7 : 15;
    } else if (draw(2) != 0) {
      form.second = static_cast<VideoSecond>(draw(4));
    } else {
      form.d = static_cast<VideoPart>(draw(7));
    }
    CAPTURE(i);
    check_form("video", form, i, [=](const Sources& s, int64_t, Results& d) { d[0] = scalar(form, s); });
  }
}

TEST_CASE("SIMD video instructions: every operation, elements, masks, merged and added up") {
  std::mt19937 generator(4);
  const auto draw = [&](unsigned n) { return generator() % n; };
  for (uint32_t i = 0; i < 600; ++i) {
    const int elements = i % 2 == 0 ? 2 : 4;
    VideoForm form;
    constexpr VideoOp ops[] = {VideoOp::add, VideoOp::sub,  VideoOp::absdiff, VideoOp::min,
                               VideoOp::max, VideoOp::avrg, VideoOp::set};
    form.op = ops[i / 2 % std::size(ops)];
    form.compare = static_cast<VideoCompare>(draw(6));
    form.a_signed = draw(2);
    form.b_signed = draw(2);
    form.d_signed = draw(2);
    form.second = draw(2) != 0 ? VideoSecond::add : VideoSecond::none;
    form.saturate = form.op == VideoOp::set || form.second == VideoSecond::add ? 0 : draw(2);
    form.mask = 1 + draw((1u << elements) - 1);
    for (int e = 0; e < elements; ++e) {
      form.a_elements = form.a_elements << 3 | draw(2 * static_cast<unsigned>(elements));
      form.b_elements = form.b_elements << 3 | draw(2 * static_cast<unsigned>(elements));
    }
    CAPTURE(i);
    check_form(elements == 2 ? "video2" : "video4", form, i,
               [=](const Sources& s, int64_t, Results& d) { d[0] = simd(form, s, elements); });
  }
}

TEST_CASE("every video handler has a test") {
  const Expectation none = [](const Sources&, int64_t, Results&) {};
  std::vector<OpCase> cases;
  for (const char* name : {"video", "video2", "video4"}) cases.push_back({name, {Row::b32}, kThreeWords, none});
  check_all_named(isa_baseline::add_video_ops, cases);
}

}  // namespace vgpu::testing
