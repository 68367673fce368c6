// Whole texts as compilers write them: NVRTC 13.0 and Triton 3.6, see tests/fixtures/ptx.

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "vgpu/ptx/parser.h"

using namespace vgpu::ptx;
using Kind = Operand::Kind;

namespace {

std::string text_of(const std::string& name) {
  std::ifstream file(TRITUTOR_SOURCE_DIR "/tests/fixtures/ptx/" + name);
  REQUIRE_MESSAGE(file.good(), name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Writes one operand back as PTX, from what it was resolved to. A label is '#' (its name is gone).
std::string written(const Module& m, const Function& f, const Operand& o) {
  const auto offset = [](int64_t n) { return (n < 0 ? "+-" : "+") + std::to_string(n < 0 ? -n : n); };
  const auto joined = [&](const char* open, const char* separator, const char* close) {
    std::string s = open;
    for (const Operand& e : o.elements) s += (&e == &o.elements[0] ? "" : separator) + written(m, f, e);
    return s + close;
  };
  char digits[24];
  switch (o.kind) {
    case Kind::reg:
      return (o.negated ? "!" : "") + f.registers.at(o.index).name;
    case Kind::integer:
      return std::to_string(o.value);
    case Kind::float32:
      std::snprintf(digits, sizeof digits, "0f%08llX", static_cast<unsigned long long>(o.value));
      return digits;
    case Kind::float64:
      std::snprintf(digits, sizeof digits, "0d%016llX", static_cast<unsigned long long>(o.value));
      return digits;
    case Kind::variable:
      return variable_of(m, f, o).name + (o.value ? offset(o.value) : "");
    case Kind::label:
      return "#";
    case Kind::address:
      return "[" + written(m, f, o.elements[0]) + (o.value ? offset(o.value) : "") + "]";
    case Kind::vector:
      return o.name == "|" ? joined("", "|", "") : joined("{", ",", "}");
    case Kind::tuple:
      return joined("(", ",", ")");
    case Kind::sink:
      return "_";
    default:
      return o.name;
  }
}

std::string written(const Module& m, const Function& f, const Instruction& i) {
  std::string s;
  if (i.guard >= 0) s = std::string(i.guard_negated ? "@!" : "@") + f.registers.at(i.guard).name;
  s += i.text();
  for (const Operand& o : i.operands) s += (&o == &i.operands[0] ? "" : ",") + written(m, f, o);
  return s;
}

/// The source from a line on, up to the ';' after `end`, without comments and white space, "+0]" plain, hexadecimal
/// operands decimal.
std::string source_from(const std::vector<std::string>& lines, int line, const std::string& end) {
  std::string result;
  for (size_t i = static_cast<size_t>(line) - 1; i < lines.size(); ++i) {
    std::string text = lines[i].substr(0, lines[i].find("//"));
    text.erase(std::remove_if(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c); }), text.end());
    for (size_t at; (at = text.find("+0]")) != std::string::npos;) text.erase(at, 2);
    for (const char* prefix : {",0x", ",0X"})
      for (size_t at; (at = text.find(prefix)) != std::string::npos;) {
        const size_t end_of_number = text.find_first_of(",;", at + 1);
        text.replace(at + 1, end_of_number - at - 1, std::to_string(std::stoull(text.substr(at + 1), nullptr, 16)));
      }
    result += text;
    const size_t found = result.find(end);
    if (found != std::string::npos && result.find(';', found) != std::string::npos) break;
  }
  return result;
}

struct Fixture {
  const char* name;
  size_t instructions;  // statements that are no directives, counted apart from this parser
};
constexpr Fixture fixtures[] = {
    {"nvrtc-13.0-calls.ptx", 246},       {"nvrtc-13.0-inlining.ptx", 41},      {"nvrtc-13.0-tile.ptx", 503},
    {"triton-3.6-add_sm80.ptx", 99},     {"triton-3.6-argmax_sm80.ptx", 156},  {"triton-3.6-dropout_sm80.ptx", 646},
    {"triton-3.6-mm_f16_sm80.ptx", 420}, {"triton-3.6-mm_tf32_sm80.ptx", 537}, {"triton-3.6-softmax_sm80.ptx", 169}};

const Function& function_of(const Module& m, const std::string& name) {
  for (const Function& f : m.functions)
    if (f.name == name) return f;
  FAIL("no function ", name);
  throw std::logic_error(name);
}

/// The lines of a location and of the calls around it, innermost first: "2 4 9 15".
std::string lines_of(const Module& m, int location) {
  std::string s;
  for (; location >= 0; location = m.locations.at(location).inlined_at)
    s += (s.empty() ? "" : " ") + std::to_string(m.locations[location].line);
  return s;
}

}  // namespace

TEST_CASE("every instruction of real output, written back, is what stands at its line") {
  for (const Fixture& fixture : fixtures) {
    CAPTURE(fixture.name);
    const std::string text = text_of(fixture.name);
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    const Module m = parse(text);
    size_t count = 0;
    for (const Function& f : m.functions) {
      count += f.instructions.size();
      for (const Instruction& i : f.instructions) {
        const std::string expected = written(m, f, i);
        if (expected.find('#') == std::string::npos) {
          const std::string source = source_from(lines, i.ptx_line, i.text());
          CHECK_MESSAGE(source.find(expected + ";") != std::string::npos, i.ptx_line, ": ", expected, " is not in ",
                        source);
          continue;
        }
        // A branch: the label it names must stand right before the instruction it was resolved to.
        const std::string source = source_from(lines, i.ptx_line, i.text());
        const std::string start = expected.substr(0, expected.find('#'));
        REQUIRE_MESSAGE(source.find(start) != std::string::npos, i.ptx_line, ": ", expected, " is not in ", source);
        const size_t from = source.find(start) + start.size();
        const std::string label = source.substr(from, source.find(';', from) - from);
        if (label[0] != '$') continue;  // of inline assembly: one name, many places
        const auto definition =
            std::find_if(lines.begin(), lines.end(), [&](const std::string& l) { return l.starts_with(label + ":"); });
        REQUIRE_MESSAGE(definition != lines.end(), label);
        const int line = static_cast<int>(definition - lines.begin()) + 1;
        const size_t target = static_cast<size_t>(i.operands.at(0).value);
        if (target > 0) CHECK(f.instructions.at(target - 1).ptx_line < line);
        if (target < f.instructions.size()) CHECK(f.instructions[target].ptx_line > line);
      }
    }
    CHECK(count == fixture.instructions);
  }
}

TEST_CASE("NVRTC: nested inlining ends in the kernel's own lines") {
  const Module m = parse(text_of("nvrtc-13.0-inlining.ptx"));
  CHECK(m.files.at(1) == "/nvrtc-13.0-inlining.cu");
  const Function& f = function_of(m, "deep");
  std::vector<std::string> of_arithmetic;  // fma and div: square (line 2) and norm (line 6)
  for (const Instruction& i : f.instructions)
    if (i.opcode == "fma" || i.opcode == "div") of_arithmetic.push_back(i.opcode + " " + lines_of(m, i.location));
  CHECK(of_arithmetic == std::vector<std::string>{
                             "fma 2 4 9 15", "div 6 9 15", "div 6 10 15",  // out[i] = twice(...)
                             "fma 2 4 16", "fma 2 5 16", "div 6 16",       // out[i + n] = norm(...)
                             "fma 2 4 9 17", "fma 2 5 9 17", "div 6 9 17",
                             "div 6 10 17",  // out[i + 2 * n] = twice(...)
                         });
}

TEST_CASE("NVRTC: calls, structs by value, printf, tables of functions") {
  const Module m = parse(text_of("nvrtc-13.0-calls.ptx"));
  CHECK(function_of(m, "vprintf").external);
  const Function& fact = function_of(m, "_Z4facti");
  CHECK_FALSE(fact.external);
  CHECK(fact.results.size() == 1);
  const Function& make = function_of(m, "_Z4make3Bigicd");
  CHECK(make.results.at(0).bytes == 24);
  CHECK(make.params.at(0).bytes == 24);
  CHECK(make.variables.at(0).space == Space::local);
  const Function& calls = function_of(m, "calls");
  CHECK(calls.entry);
  CHECK(calls.max_threads == 256);
  const auto named = [](const std::string& name) { return [name](const Variable& v) { return v.name == name; }; };
  const auto& variables = m.variables;
  const auto table = std::find_if(variables.begin(), variables.end(), named("functions"));
  REQUIRE(table != variables.end());
  REQUIRE(table->addresses.size() == 2);
  CHECK(table->addresses[1].symbol == "_Z3inci");
  const auto weights = std::find_if(variables.begin(), variables.end(), named("weights"));
  REQUIRE(weights != variables.end());
  CHECK(weights->space == Space::constant);
  CHECK(weights->init.size() == 24);
  CHECK(weights->init[3] == 63);  // 1.0f
  const auto tile = std::find_if(calls.variables.begin(), calls.variables.end(), named("_ZZ5callsE4tile"));
  REQUIRE(tile != calls.variables.end());
  CHECK(tile->space == Space::shared);
  CHECK(tile->bytes == 4 * 8 * 4);
}

TEST_CASE("NVRTC: inline assembly with its own %r1 and label, in a kernel with tensor cores and cp.async") {
  const Module m = parse(text_of("nvrtc-13.0-tile.ptx"));
  const Function& tile = function_of(m, "tile");
  const auto is_pair = [](const Instruction& i) { return i.text() == "setp.eq.and.u32"; };
  const auto i = std::find_if(tile.instructions.begin(), tile.instructions.end(), is_pair);
  REQUIRE(i != tile.instructions.end());
  CHECK(i->operands[0].name == "|");
  CHECK(i->operands[3].negated);
  const int inner = i->operands[1].index;
  CHECK(tile.registers.at(inner).name == "%r1");
  CHECK(std::count_if(tile.registers.begin(), tile.registers.begin() + inner,
                      [](const Register& r) { return r.name == "%r1"; }) == 1);
  const auto branch = std::find_if(i, tile.instructions.end(), [](const Instruction& b) { return b.opcode == "bra"; });
  CHECK(branch->operands[0].value == branch - tile.instructions.begin() + 2);
  // cp.async stands in a CUDA header; the chain ends in the kernel's file.
  const auto copy = std::find_if(tile.instructions.begin(), tile.instructions.end(),
                                 [](const Instruction& c) { return c.opcode == "cp"; });
  REQUIRE(copy != tile.instructions.end());
  int location = copy->location;
  CHECK(m.files.at(m.locations.at(location).file).find("cuda_pipeline") != std::string::npos);
  while (m.locations.at(location).inlined_at >= 0) location = m.locations[location].inlined_at;
  CHECK(m.files.at(m.locations[location].file) == "/nvrtc-13.0-tile.cu");
}

TEST_CASE("Triton: parameters, block size, dynamic shared memory, files") {
  const Module m = parse(text_of("triton-3.6-argmax_sm80.ptx"));
  CHECK(m.version == "8.7");
  const Function& k = function_of(m, "argmax_k");
  CHECK(k.entry);
  CHECK(k.required_block[0] == 128);
  REQUIRE(k.params.size() == 5);
  CHECK(k.params[0].type == "u64");
  CHECK(k.params[0].alignment == 8);
  CHECK(k.params[2].type == "u32");
  CHECK(m.variables.at(0).name == "global_smem");
  CHECK(m.variables[0].external);
  CHECK(m.files.at(2) == "triton/language/standard.py");
}
