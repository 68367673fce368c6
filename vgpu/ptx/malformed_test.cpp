// Damaged texts: the parser refuses them with a ParseError or takes them, and does nothing else.

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "vgpu/ptx/parser.h"

using namespace vgpu::ptx;

namespace {

std::string text_of(const std::string& name) {
  std::ifstream file(TRITUTOR_SOURCE_DIR "/tests/fixtures/ptx/" + name);
  REQUIRE_MESSAGE(file.good(), name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Every index in the module points at something.
bool consistent(const Module& m) {
  const auto good = [&](const Function& f, const auto& self, const Operand& o) -> bool {
    for (const Operand& e : o.elements)
      if (!self(f, self, e)) return false;
    const auto within = [](int index, size_t size) { return index >= 0 && static_cast<size_t>(index) < size; };
    switch (o.kind) {
      case Operand::Kind::reg:
        return within(o.index, f.registers.size());
      case Operand::Kind::variable:
        return within(o.index, o.scope == Operand::Scope::module
                                   ? m.variables.size()
                                   : f.variables.size() + f.params.size() + f.results.size()) &&
               variable_of(m, f, o).name == o.name;
      case Operand::Kind::label:
        return o.value >= 0 && static_cast<size_t>(o.value) <= f.instructions.size();
      case Operand::Kind::address:
        return !o.elements.empty();
      case Operand::Kind::none:
        return false;
      default:
        return true;
    }
  };
  for (const Function& f : m.functions)
    for (const Instruction& i : f.instructions) {
      if (i.guard >= static_cast<int>(f.registers.size()) || i.location >= static_cast<int>(m.locations.size()))
        return false;
      for (const Operand& o : i.operands)
        if (!good(f, good, o)) return false;
    }
  for (size_t i = 0; i < m.locations.size(); ++i) {
    if (m.locations[i].inlined_at >= static_cast<int>(i)) return false;
    if (m.locations[i].file >= static_cast<int>(m.files.size())) return false;
  }
  return true;
}

/// Parses; returns whether the text was taken. Anything but a ParseError with a line of the text fails the test.
bool survives(const std::string& text) {
  try {
    const Module m = parse(text);
    CHECK(consistent(m));
    return true;
  } catch (const ParseError& error) {
    const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
    CHECK(error.line() >= 1);
    CHECK(error.line() <= lines);
    return false;
  }
}

std::string repeated(const std::string& part, int times) {
  std::string s;
  for (int i = 0; i < times; ++i) s += part;
  return s;
}

const std::string header = ".version 8.0\n.target sm_80\n.address_size 64\n";
const char* const names[] = {"nvrtc-13.0-calls.ptx", "nvrtc-13.0-tile.ptx", "triton-3.6-softmax_sm80.ptx"};

}  // namespace

TEST_CASE("undamaged texts are consistent") {
  for (const char* name : names) CHECK(survives(text_of(name)));
}

TEST_CASE("a text cut off anywhere") {
  for (const char* name : names) {
    const std::string text = text_of(name);
    int refused = 0;
    for (size_t length = 0; length < text.size(); length += 97) refused += !survives(text.substr(0, length));
    CHECK(refused > 100);  // nearly every place is inside a function
  }
}

TEST_CASE("flipped bits, deleted and doubled pieces") {
  std::mt19937 random(20240607);
  for (const char* name : names) {
    const std::string text = text_of(name);
    int refused = 0;
    for (int variant = 0; variant < 200; ++variant) {
      std::string damaged = text;
      for (int n = 0; n <= variant % 4; ++n) {
        const size_t at = random() % damaged.size();
        const size_t length = 1 + random() % 12;
        switch (random() % 4) {
          case 0:
            damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
            break;
          case 1:
            damaged.erase(at, length);
            break;
          case 2:
            damaged.insert(at, damaged.substr(random() % damaged.size(), length));
            break;
          default:
            damaged[at] = "{}()[]<>,;:+-*!|@.%$_\"/0"[random() % 24];
        }
      }
      refused += !survives(damaged);
    }
    CHECK(refused > 20);
  }
}

TEST_CASE("depth without end is refused, not followed") {
  CHECK_FALSE(survives(header + ".entry k() {" + repeated("{", 100000)));
  CHECK_FALSE(survives(header + ".entry k() { foo " + repeated("{", 100000)));
  CHECK_FALSE(survives(header + ".entry k() { foo " + repeated("[", 100000)));
  CHECK_FALSE(survives(header + ".entry k() { foo " + repeated("(", 100000)));
  CHECK_FALSE(survives(header + ".entry k() { foo " + repeated("!", 100000)));
  CHECK_FALSE(survives(header + ".global .b8 x[4] = " + repeated("{", 100000)));
  CHECK_FALSE(survives(header + ".global .b8 x" + repeated("[1]", 100000) + ";"));
  CHECK_FALSE(survives(header + ".section .debug " + repeated("{", 100000)));
  CHECK(survives(header + ".entry k() {" + repeated("{", 60) + repeated("}", 60) + "}"));
}

TEST_CASE("long texts stay linear and small declarations stay small") {
  CHECK(survives(header + ".entry k() { .reg .b32 %r<9>;" +
                 repeated("{ .reg .b32 t; L: mov.u32 t, %r1; bra L; }\n", 50000) + "}"));
  CHECK(survives(header + ".entry k() {" + repeated("bra END;\n", 100000) + "END: }"));
  CHECK(survives(header + repeated("// comment\n", 100000)));
  CHECK_FALSE(survives(header + repeated(".entry k() { .reg .b32 %r<1048576>; }\n", 100)));
  std::string functions;
  for (int i = 0; i < 100; ++i) functions += ".entry k" + std::to_string(i) + "() { .reg .b32 %r<1000000>; }\n";
  CHECK_FALSE(survives(header + functions));
  CHECK_FALSE(survives(header + ".entry k() { .reg .b32 " + repeated("%r<1000000>,", 3) + "x; }"));
}
