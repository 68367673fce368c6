// How many registers PTX needs at once.

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

uint32_t live(const std::string& body) { return Module::load(kernel(body))->kernels().at(0).registers_live; }

/// Loads `count` values of `type`, and then uses them all; or one by one.
std::string values(int count, const std::string& type, const std::string& reg, bool at_once) {
  std::string loads, uses;
  for (int i = 0; i < count; ++i) {
    const std::string name = "%" + reg + std::to_string(i);
    const std::string load = "ld.global." + type + " " + name + ", [%i]; ";
    const std::string use = "st.global." + type + " [%o], " + name + "; ";
    loads += at_once ? load : load + use;
    uses += at_once ? use : "";
  }
  return loads + uses;
}

}  // namespace

TEST_CASE("values that are needed at once take a register each, those that follow one another share one") {
  CHECK(live(values(12, "b32", "r", true)) == live(values(10, "b32", "r", true)) + 2);
  CHECK(live(values(12, "b32", "r", false)) == live(values(10, "b32", "r", false)));
  CHECK(live(values(12, "b32", "r", true)) > live(values(12, "b32", "r", false)));
}

TEST_CASE("a value of 64 bits takes two registers, and one that is needed behind a loop is kept all through it") {
  CHECK(live(values(8, "b64", "rd", true)) == live(values(7, "b64", "rd", true)) + 2);
  const std::string loop = "mov.u32 %r15, 0; LOOP: " + values(10, "b32", "r", true) +
                           "add.u32 %r15, %r15, 1; setp.lt.u32 %p1, %r15, 8; @%p1 bra LOOP; ";
  CHECK(live("ld.global.b32 %r14, [%i]; " + loop + "st.global.b32 [%o], %r14; ") == live(loop) + 1);
}
