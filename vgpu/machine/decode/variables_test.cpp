// Module variables: only those that code can reach get memory, and there may be many of them.

#include "vgpu/machine/machine_testing.h"
#include "vgpu/machine/program.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

std::string numbered(const char* before, int i, const std::string& after) { return before + std::to_string(i) + after; }

}  // namespace

TEST_CASE("variables that no code reaches cost nothing") {
  std::string module;
  for (int i = 0; i < 5000; ++i) module += numbered(".global .b32 unused", i, ";\n");
  module += ".global .b32 used = 7;\n";
  Machine m(kernel("ld.global.b32 %r1, [used]; st.global.b32 [%o], %r1;", "", module));
  CHECK(m.module().program().variables.size() == 1);
  const Address out = m.zeros<uint64_t>("out", 1);
  m.run(1, 1, out, out);
  CHECK(m.values<uint64_t>(out)[0] == 7);
}

TEST_CASE("a variable that only an initialiser names is reached through it") {
  Machine m(kernel("ld.global.b64 %rd1, [first]; ld.b64 %rd1, [%rd1]; ld.b32 %r1, [%rd1]; st.global.b32 [%o], %r1;", "",
                   ".global .b32 last = 42; .global .b64 middle = generic(last); .global .b64 first = generic(middle);"
                   ".global .b64 other = generic(first);"));
  CHECK(m.module().program().variables.size() == 3);
  const Address out = m.zeros<uint64_t>("out", 1);
  m.run(1, 1, out, out);
  CHECK(m.values<uint64_t>(out)[0] == 42);
}

TEST_CASE("a thousand variables each have memory and bounds of their own") {
  constexpr int kCount = 1000;
  std::string module, body = "mov.u32 %r1, 0;";
  for (int i = 0; i < kCount; ++i) {
    module += numbered(".global .b32 v", i, numbered("[1] = {", i, "};\n"));
    body += numbered("ld.global.b32 %r2, [v", i, "]; add.u32 %r1, %r1, %r2;");
  }
  module += ".global .b8 large[33554432];\n";
  body += "mov.u64 %rd1, large; ld.global.b8 %rs1, [%rd1 + 33554431]; st.global.b32 [%o], %r1;";
  Machine m(kernel(body, "", module));
  const Address out = m.zeros<uint64_t>("out", 1);
  m.run(1, 1, out, out);
  CHECK(m.values<uint64_t>(out)[0] == uint64_t{kCount} * (kCount - 1) / 2);

  // One past the last of them, by a word and by far.
  for (const int distance : {1, 1000000}) {
    Machine past(kernel(body + numbered("st.global.b32 [v999 + ", 4 * distance, "], %r1;"), "", module));
    const LaunchResult result = past.launch({}, {}, past.zeros<uint64_t>("out", 1), Address{0});
    REQUIRE(result.findings.size() == 1);
    CHECK(result.findings[0].kind == Finding::Kind::out_of_bounds);
    CHECK(result.findings[0].buffer == "v999");
  }
}

TEST_CASE("a kernel's shared memory is its own and its callees', not other kernels'") {
  const std::string ptx = std::string(kHeader) +
                          ".shared .align 16 .b8 big[40000]; .shared .b32 small; .shared .b32 nobodys[100];\n"
                          ".func helper() { .reg .b32 %r; ld.shared.b32 %r, [big]; ret; }\n"
                          ".visible .entry a() { .reg .b32 %r; st.shared.b32 [small], %r; ret; }\n"
                          ".visible .entry b() { .shared .b32 own[2]; call helper; ret; }\n"
                          ".visible .entry c() { ret; }\n";
  const auto module = Module::load(ptx);
  CHECK(module->find_kernel("a")->static_shared_bytes == 4);
  CHECK(module->find_kernel("b")->static_shared_bytes == 40016);  // its own first
  CHECK(module->find_kernel("c")->static_shared_bytes == 0);
}
