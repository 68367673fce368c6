// The forms of PTX's instructions, of tests/forms/instructions.txt: each loads, and gives the values that stand there,
// or is on the list of what is missing.

#include <algorithm>
#include <bit>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "vgpu/machine/machine_testing.h"
#include "vgpu/missing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

struct Line {
  int number = 0;
  std::string feature, target, version;
  std::string code, given, wanted;
};

std::string trimmed(std::string text) {
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

/// The parts of a line between bars that stand alone: `%p0|%p1` is none.
std::vector<std::string> parts_of(const std::string& line) {
  std::vector<std::string> parts;
  size_t start = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const bool alone = line[i] == '|' && i > 0 && line[i - 1] == ' ' && (i + 1 == line.size() || line[i + 1] == ' ');
    if (!alone) continue;
    parts.push_back(trimmed(line.substr(start, i - start)));
    start = i + 1;
  }
  parts.push_back(trimmed(line.substr(start)));
  parts.resize(std::max<size_t>(parts.size(), 3));
  return parts;
}

std::vector<Line> all_lines() {
  std::ifstream file(TRITUTOR_SOURCE_DIR "/tests/forms/instructions.txt");
  REQUIRE(file);
  std::vector<Line> lines;
  Line now;
  for (std::string text; std::getline(file, text);) {
    ++now.number;
    if (text.empty() || text[0] == '#') continue;
    if (text.starts_with("target ")) {
      std::istringstream(text.substr(7)) >> now.target >> now.version;
    } else if (text[0] == '[') {
      now.feature = text.substr(1, text.size() - 2);
    } else {
      const std::vector<std::string> parts = parts_of(text);
      REQUIRE(parts.size() == 3);
      lines.push_back(now);
      lines.back().code = parts[0];
      lines.back().given = parts[1];
      lines.back().wanted = parts[2];
    }
  }
  return lines;
}

/// Every form that a line's code stands for.
std::vector<std::string> forms_of(const std::string& code) {
  for (size_t open = code.find('<'); open != std::string::npos; open = code.find('<', open + 1)) {
    const size_t close = code.find_first_of("<>;", open + 1);
    if (close == std::string::npos || code[close] != '>') continue;
    const std::string inner = code.substr(open + 1, close - open - 1);
    if (inner.find(',') == std::string::npos) continue;
    std::vector<std::string> forms;
    std::istringstream choices(inner + ",");
    for (std::string choice; std::getline(choices, choice, ',');) {
      for (const std::string& rest : forms_of(choice + code.substr(close + 1)))
        forms.push_back(code.substr(0, open) + rest);
    }
    return forms;
  }
  return {code};
}

struct Value {
  std::string reg, type;
  uint64_t bits = 0;
};

std::vector<Value> values_of(const std::string& text) {
  std::vector<Value> values;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const size_t equals = word.find('=');
    Value value;
    value.reg = word.substr(0, equals);
    value.type = value.reg.substr(0, value.reg.find_first_of("0123456789"));
    const std::string number = word.substr(equals + 1);
    if (value.type == "f") {
      value.bits = std::bit_cast<uint32_t>(std::stof(number));
    } else if (value.type == "fd") {
      value.bits = std::bit_cast<uint64_t>(std::stod(number));
    } else {
      value.bits = number[0] == '-' ? static_cast<uint64_t>(std::stoll(number)) : std::stoull(number, nullptr, 0);
    }
    if (value.type == "r") value.bits &= 0xffffffff;
    values.push_back(value);
  }
  return values;
}

/// Code that sets a register.
std::string set(const Value& v) {
  const std::string number = std::to_string(v.bits);
  if (v.type == "p") return "setp.ne.u32 %" + v.reg + ", " + number + ", 0;\n";
  if (v.type == "q")
    return "mov.b64 %rd14, " + number + "; mov.b64 %rd15, 0; mov.b128 %" + v.reg + ", {%rd14, %rd15};\n";
  const char* type = v.type == "rs" ? "b16" : v.type == "r" || v.type == "f" ? "b32" : "b64";
  return std::string("mov.") + type + " %" + v.reg + ", " + number + ";\n";
}

/// Code that stores it as 8 bytes.
std::string store(const Value& v, size_t place) {
  const std::string at = "[%out+" + std::to_string(8 * place) + "]";
  const std::string from = "%" + v.reg;
  std::string code = "mov.b64 %last, 0; ";
  if (v.type == "p") code += "selp.b64 %last, 1, 0, " + from + ";";
  if (v.type == "rs") code += "cvt.u64.u16 %last, " + from + ";";
  if (v.type == "r") code += "cvt.u64.u32 %last, " + from + ";";
  if (v.type == "f") code += "mov.b32 %last32, " + from + "; cvt.u64.u32 %last, %last32;";
  if (v.type == "rd" || v.type == "fd") code += "mov.b64 %last, " + from + ";";
  if (v.type == "q") code += "mov.b128 {%last, _}, " + from + ";";
  return code + " st.global.b64 " + at + ", %last;\n";
}

std::string module_of(const Line& line, const std::string& form) {
  const size_t outside = form.find("@@");
  std::string text = ".version " + line.version + "\n.target " + line.target + "\n.address_size 64\n";
  text += ".const .align 16 .b32 co[64];\n";
  if (outside != std::string::npos) text += form.substr(0, outside) + "\n";
  text +=
      ".visible .entry k(.param .u64 out, .param .u64 in)\n{\n.reg .pred %p<8>; .reg .b8 %c<8>; .reg .b16 %rs<16>; "
      ".reg .b32 %r<32>, %last32; .reg .b64 %rd<16>, %out, %in, %last; .reg .f32 %f<16>; .reg .f64 %fd<16>;\n"
      ".reg .b128 %q<4>; .shared .align 16 .u32 sh[64]; .local .align 16 .u32 lo[64];\n"
      "ld.param.u64 %out, [out]; ld.param.u64 %in, [in];\n";
  for (const Value& v : values_of(line.given)) text += set(v);
  text += (outside == std::string::npos ? form : form.substr(outside + 2)) + "\n";
  size_t place = 0;
  for (const Value& v : values_of(line.wanted)) text += store(v, place++);
  return text + "ret;\n}\n";
}

void run(const Line& line, const std::string& form, const std::string& ptx) {
  const std::vector<Value> wanted = values_of(line.wanted);
  if (wanted.empty()) return;
  Machine m(ptx);
  std::vector<uint8_t> bytes(1024);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i);
  const Address out = m.zeros<uint64_t>("out", 128), in = m.buffer("in", bytes);
  m.run(1, 1, out, in);
  const std::vector<uint64_t> got = m.values<uint64_t>(out);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (got[i] != wanted[i].bits)
      FAIL_CHECK("line " << line.number << ": " << form << " leaves " << std::hex << got[i] << " in " << wanted[i].reg
                         << ", want " << wanted[i].bits);
  }
}

}  // namespace

TEST_CASE("every form of PTX's instructions loads and gives its value, or is known to be missing") {
  std::map<std::string, std::string> missing;  // form, feature
  for (const MissingForm& each : missing_forms()) missing.emplace(each.form, each.feature);
  CHECK(missing.size() == missing_forms().size());
  size_t forms = 0;
  std::set<std::string> codes;
  for (const Line& line : all_lines()) {
    CHECK_MESSAGE(codes.insert(line.code + line.given).second, "line " << line.number << " stands twice");
    const auto known = missing.find(line.code);
    for (const std::string& form : forms_of(line.code)) {
      ++forms;
      const std::string ptx = module_of(line, form);
      const std::string why = refusal(ptx);
      if (known == missing.end() && !why.empty()) {
        FAIL_CHECK("line " << line.number << ": " << form << " does not load and is not on the list: " << why);
      } else if (known != missing.end() && why.empty()) {
        FAIL_CHECK("line " << line.number << ": " << form << " loads, but missing.cpp lists it");
      } else if (why.empty()) {
        run(line, form, ptx);
      }
    }
    if (known == missing.end()) continue;
    CHECK(known->second == line.feature);
    missing.erase(known);
  }
  for (const auto& [form, feature] : missing) FAIL_CHECK("missing.cpp lists what the file has not: " << form);
  CHECK(forms > 2500);
}
