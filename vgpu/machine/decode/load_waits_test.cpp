// How often warps wait for global loads, in kernels as NVRTC makes them.

#include "vgpu/machine/decode/load_waits.h"

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

/// Of one warp.
uint64_t waits(const std::string& body) {
  Machine m(kernel(body));
  const Address in = m.zeros<uint64_t>("in", 1024), out = m.zeros<uint64_t>("out", 1024);
  return m.launch({1, 1, 1}, {32, 1, 1}, out, in).counters.total.load_waits;
}

const std::string load = "ld.global.b32 %r1, [%i]; ", other = "ld.global.b32 %r2, [%i+4]; ";
const std::string use = "add.u32 %r4, %r1, 1; ", use_other = "add.u32 %r5, %r2, 1; ";
const std::string store = "st.global.b32 [%o], %r4; ", store_other = "st.global.b32 [%o+4], %r5; ";

}  // namespace

TEST_CASE("loads that do not need each other are waited for together, however they stand in the text") {
  CHECK(waits(load) == 0);  // nobody uses it
  CHECK(waits(load + use) == 1);
  CHECK(waits(load + other + use + use_other) == 1);
  CHECK(waits(load + use + other + use_other) == 1);
}

TEST_CASE("a load whose address was loaded, or that may not pass a store or a barrier, is waited for apart") {
  CHECK(waits("ld.global.b64 %rd1, [%i]; add.u64 %rd1, %rd1, %in; ld.global.b32 %r1, [%rd1]; " + use) == 2);
  CHECK(waits(load + use + store + other + use_other + store_other) == 2);
  CHECK(waits(load + other + use + store + use_other + store_other) == 1);
  CHECK(waits(load + use + "bar.sync 0; " + other + use_other) == 2);
  CHECK(waits(load + "bar.sync 0; " + other + use + use_other) == 1);
}

TEST_CASE("a loop waits as often as it goes round, for what its last round has loaded too") {
  const auto loop = [](const std::string& before, const std::string& body) {
    return before + "mov.u32 %r9, 0; LOOP: " + body + "add.u32 %r9, %r9, 1; setp.lt.u32 %p1, %r9, 8; @%p1 bra LOOP; ";
  };
  CHECK(waits(loop("", load + use)) == 8);
  CHECK(waits(loop("", load + use + other + use_other)) == 8);
  CHECK(waits(loop(load, use + load)) == 8);
  CHECK(waits(loop(load + use, "add.u32 %r5, %r4, 1; ")) == 1);
}

TEST_CASE("loads behind conditions of their own are waited for where the first of them is used") {
  const auto guarded = [](const std::string& body, const std::string& label) {
    return "setp.gt.u32 %p1, %t, 99; @%p1 bra " + label + "; " + body + label + ": ";
  };
  const std::string all = "setp.lt.u32 %p1, %t, 99; ";
  CHECK(waits("mov.u32 %r1, 0; mov.u32 %r2, 0; " + guarded(load, "A") + guarded(other, "B") + guarded(use, "C") +
              guarded(use_other, "D")) == 1);
  CHECK(waits(all + "@%p1 " + load + "@%p1 " + other + "@%p1 " + use + "@%p1 " + use_other) == 1);
  CHECK(waits("mov.u32 %r1, 0; mov.u32 %r2, 0; " + guarded(load + use, "A") + guarded(other + use_other, "B")) == 1);
  std::string much;
  for (int i = 0; i < 16; ++i) much += "add.u32 %r5, %r5, %t; ";
  CHECK(waits("mov.u32 %r5, 0; " + guarded(load + use + much, "A") + guarded(other + use_other + much, "B")) == 2);
}

TEST_CASE("a value that is loaded or else a constant is waited for where the ways have met") {
  const auto or_zero = [](const std::string& body, const std::string& reg, const std::string& n) {
    return "setp.lt.u32 %p1, %t, 99; @%p1 bra A" + n + "; bra.uni B" + n + "; A" + n + ": " + body + "bra.uni C" + n +
           "; B" + n + ": mov.u32 " + reg + ", 0; C" + n + ": ";
  };
  CHECK(waits(or_zero(load, "%r1", "1") + use) == 1);
  CHECK(waits(or_zero(load, "%r1", "1") + or_zero(other, "%r2", "2") + use + use_other) == 1);
  CHECK(waits(or_zero(load, "%r1", "1") + use + or_zero(other, "%r2", "2") + use_other) == 1);
}

TEST_CASE("shared memory is not waited for; an atomic's result is") {
  CHECK(waits("mov.u32 %r8, 0; atom.global.add.u32 %r1, [%o], %r8; " + use) == 1);
  CHECK(waits("mov.u32 %r8, 0; red.global.add.u32 [%o], %r8; ") == 0);
}
