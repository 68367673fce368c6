// Blocks on several host threads: the bytes, findings and counts of one thread, always.

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

/// Runs a kernel with 1 and with 4 host threads; everything they leave has to be the same.
std::vector<uint64_t> same_with_threads(const std::string& body, uint32_t grid, uint32_t block, size_t words,
                                        const std::string& module = "") {
  CAPTURE(body);
  std::vector<uint64_t> bytes[2];
  LaunchResult results[2];
  for (int i = 0; i < 2; ++i) {
    Machine m(kernel(body, "", module));
    m.limits.threads = i == 0 ? 1 : 4;
    std::vector<uint64_t> data(words);
    for (size_t w = 0; w < words; ++w) data[w] = w * 0x9e3779b97f4a7c15u;
    const Address in = m.buffer("in", data), out = m.zeros<uint64_t>("out", words);
    results[i] = m.launch({grid, 1, 1}, {block, 1, 1}, out, in);
    bytes[i] = m.values<uint64_t>(out);
  }
  CHECK(bytes[0] == bytes[1]);
  CHECK(results[0].completed == results[1].completed);
  CHECK(results[0].warp_instructions == results[1].warp_instructions);
  CHECK(results[0].lane_instructions == results[1].lane_instructions);
  REQUIRE(results[0].findings.size() == results[1].findings.size());
  for (size_t f = 0; f < results[0].findings.size(); ++f) {
    const Finding& a = results[0].findings[f];
    const Finding& b = results[1].findings[f];
    CHECK(a.message == b.message);
    CHECK(a.cause == b.cause);
    CHECK(a.count == b.count);
    CHECK(a.block == b.block);
    CHECK(a.thread == b.thread);
    CHECK(a.line == b.line);
  }
  return bytes[1];
}

}  // namespace

TEST_CASE("blocks that share nothing") {
  const auto got = same_with_threads("ld.global.b64 %rd1, [%i]; add.u64 %rd1, %rd1, 1; st.global.b64 [%o], %rd1;", 300,
                                     64, 300 * 64);
  for (size_t i = 0; i < got.size(); ++i) CHECK(got[i] == i * 0x9e3779b97f4a7c15u + 1);
}

TEST_CASE("blocks that write the same word: the last in order wins") {
  CHECK(same_with_threads("st.global.b32 [%out], %t;", 200, 64, 8)[0] == 200 * 64 - 1);
  // Neighbours share a word at their edge.
  const auto got =
      same_with_threads("cvt.u64.u32 %rd1, %t; st.global.b64 [%o], %rd1; st.global.b64 [%o+8], %rd1;", 100, 64, 6401);
  CHECK(got[64] == 64);
  CHECK(got[6400] == 6399);
}

TEST_CASE("a block that reads what another wrote") {
  // Block b reads block b - 1's word: in order, it is there.
  const auto got = same_with_threads(
      "mul.wide.u32 %rd1, %tc, 8; add.u64 %rd1, %out, %rd1; ld.global.b64 %rd2, [%rd1]; add.u64 %rd2, %rd2, 1; "
      "st.global.b64 [%rd1+8], %rd2;",
      100, 32, 101);
  for (size_t i = 0; i < got.size(); ++i) CHECK(got[i] == i);
}

TEST_CASE("blocks that update in place what only they touch, and all read one table") {
  same_with_threads(
      "ld.global.b64 %rd1, [%i]; ld.global.b64 %rd2, [%in]; add.u64 %rd1, %rd1, %rd2; st.global.b64 [%i], %rd1; "
      "ld.global.b64 %rd3, [%i]; st.global.b64 [%o], %rd3;",
      1, 32, 32);
  same_with_threads(
      "ld.global.b64 %rd1, [%o]; ld.global.b64 %rd2, [%in]; add.u64 %rd1, %rd1, %rd2; st.global.b64 [%o], %rd1;", 200,
      64, 200 * 64);
}

TEST_CASE("atomics, shared and global, and module variables") {
  same_with_threads(
      "atom.global.add.u32 %r1, [%out], 1; mul.wide.u32 %rd1, %r1, 8; add.u64 %rd1, %out, %rd1; cvt.u64.u32 %rd2, %t; "
      "st.global.b64 [%rd1+8], %rd2;",
      100, 64, 6401);
  const auto got = same_with_threads(
      ".shared .b32 s; mov.u32 %r2, %tid.x; setp.ne.u32 %p1, %r2, 0; @%p1 bra GO; st.shared.b32 [s], %tc; GO: bar.sync "
      "0; red.shared.add.u32 [s], 1; bar.sync 0; ld.shared.b32 %r1, [s]; st.global.b32 [%o], %r1;",
      100, 64, 6400);
  for (size_t i = 0; i < got.size(); ++i) CHECK(got[i] == i / 64 + 64);
  CHECK(
      same_with_threads("ld.global.b32 %r1, [g]; add.u32 %r1, %r1, 1; st.global.b32 [g], %r1; st.global.b32 [%o], %r1;",
                        100, 32, 3200, ".global .b32 g = 0;")[3199] == 100);
}

TEST_CASE("findings: the same example, count and cause") {
  const std::string body = ".loc 1 4 1\nld.global.b64 %rd1, [%i];\n.loc 1 5 1\nst.global.b64 [%o], %rd1;";
  same_with_threads(body, 100, 64, 6300, ".file 1 \"k.cu\"\n");
  same_with_threads(body, 100, 64, 100, ".file 1 \"k.cu\"\n");
}

TEST_CASE("a trap, and a loop without end, in one block of many") {
  same_with_threads("setp.eq.u32 %p1, %tc, 70; @%p1 trap; cvt.u64.u32 %rd1, %t; st.global.b64 [%o], %rd1;", 100, 64,
                    6400);
}
