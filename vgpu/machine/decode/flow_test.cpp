// Which registers may be read before anything has set them.

#include "vgpu/machine/decode/flow.h"

#include <string>
#include <vector>

#include "vgpu/machine/machine_testing.h"
#include "vgpu/ptx/parser.h"

using namespace vgpu;

namespace {

/// Their names, of a kernel with this body and the registers %a to %d (32 bits), %p and %q.
std::vector<std::string> unset(const std::string& body) {
  CAPTURE(body);
  const ptx::Module module =
      ptx::parse(std::string(testing::kHeader) +
                 ".visible .entry k()\n{\n.reg .b32 %a, %b, %c, %d; .reg .pred %p, %q;\n" + body + "\nret;\n}\n");
  std::vector<std::string> names;
  for (const int reg : registers_read_unset(module.functions[0])) {
    names.push_back(module.functions[0].registers[static_cast<size_t>(reg)].name);
  }
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a register is set before it is read, or it is not") {
  CHECK(unset("mov.u32 %a, 1; add.u32 %b, %a, %a;").empty());
  CHECK(unset("add.u32 %b, %a, 1;") == Names{"%a"});
  CHECK(unset("add.u32 %a, %a, 1;") == Names{"%a"});
  CHECK(unset("add.u32 %a, %b, %c; mov.u32 %b, 1;") == Names{"%b", "%c"});
  CHECK(unset("mov.u32 %a, 1;").empty());  // %b and the others are not read at all
}

TEST_CASE("what stores, atomics, branches and barriers name is read") {
  CHECK(unset("st.global.b32 [0], %a;") == Names{"%a"});
  CHECK(unset("red.global.add.u32 [0], %a;") == Names{"%a"});
  CHECK(unset("atom.global.add.u32 %a, [0], %b;") == Names{"%b"});
  CHECK(unset("@%p ret; mov.u32 %a, 2;") == Names{"%p"});
  CHECK(unset("bar.sync %a;") == Names{"%a"});
  CHECK(unset("ld.global.v2.b32 {%a, %b}, [0]; add.u32 %c, %a, %b;").empty());
  CHECK(unset("setp.eq.u32 %p|%q, 1, 2; @%q mov.u32 %a, 1;").empty());
}

TEST_CASE("one way on which nothing sets it is enough") {
  const std::string start = "mov.u32 %c, %tid.x; setp.eq.u32 %p, %c, 1;";
  CHECK(unset(start + "@%p bra L; mov.u32 %a, 1; L: add.u32 %b, %a, 1;") == Names{"%a"});
  CHECK(unset(start + "@%p bra L; mov.u32 %a, 1; bra M; L: mov.u32 %a, 2; M: add.u32 %b, %a, 1;").empty());
  // A loop's first round.
  CHECK(unset(start + "L: add.u32 %a, %a, %c; setp.lt.u32 %q, %a, 9; @%q bra L; st.global.b32 [0], %a;") ==
        Names{"%a"});
  CHECK(unset(start + "mov.u32 %a, 0; L: add.u32 %a, %a, %c; setp.lt.u32 %q, %a, 9; @%q bra L;").empty());
  // After ret nothing goes on.
  CHECK(unset(start + "@%p bra L; ret; L: mov.u32 %a, 1; add.u32 %b, %a, %a;").empty());
}

TEST_CASE("a function's arguments in registers are set, and its results in registers are read when it returns") {
  const ptx::Module module = ptx::parse(std::string(testing::kHeader) +
                                        ".func (.reg .u32 r, .reg .u32 q) f(.reg .u32 a, .reg .v2 .u32 b) {\n"
                                        ".reg .pred p; add.u32 r, a, b.y; setp.eq.u32 p, a, 1; @p ret; mov.u32 q, 1; "
                                        "ret; }");
  CHECK(registers_read_unset(module.functions[0]) == std::vector<int>{1});  // q
}

TEST_CASE("what a predicate sets it sets for what it guards, as long as it stays") {
  const std::string start = "mov.u32 %c, %tid.x; setp.eq.u32 %p, %c, 1;";
  CHECK(unset(start + "@%p mov.u32 %a, 1; @%p add.u32 %b, %a, 1;").empty());
  CHECK(unset(start + "@%p mov.u32 %a, 1; add.u32 %b, %a, 1;") == Names{"%a"});
  CHECK(unset(start + "@%p mov.u32 %a, 1; @!%p add.u32 %b, %a, 1;") == Names{"%a"});
  CHECK(unset(start + "@%p mov.u32 %a, 1; setp.eq.u32 %p, %c, 2; @%p add.u32 %b, %a, 1;") == Names{"%a"});
  CHECK(unset(start + "mov.u32 %a, 0; @%p mov.u32 %a, 1; add.u32 %b, %a, 1;").empty());
}
