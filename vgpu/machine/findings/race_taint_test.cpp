// What becomes of the values that racing reads give: verified by a swap, used, or used by nobody.

#include "vgpu/machine/findings/race_taint.h"

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

const char* const kFile = ".file 1 \"k.cu\"\n";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The findings of two blocks of 64 threads; %out and %in are buffers of 256 words of zeros.
std::vector<Finding> findings_of(const std::string& body, std::vector<uint32_t>* out = nullptr) {
  CAPTURE(body);
  Machine m(kernel(".loc 1 2 1\n" + body, "", kFile));
  const Address to = m.zeros<uint32_t>("out", 256), from = m.zeros<uint32_t>("in", 256);
  const LaunchResult result = m.launch({2, 1, 1}, {64, 1, 1}, to, from);
  CHECK(result.completed);
  if (out != nullptr) *out = m.values<uint32_t>(to);
  return result.findings;
}

/// A loop that counts up [%out] by swaps after a plain read. `first` comes after the read, `each` in the loop before
/// the swap, `last` behind the loop. %in + 4 t is %rd1, a place of the thread's own.
std::string loop(const std::string& first, const std::string& each = "", const std::string& last = "") {
  return "mul.wide.u32 %rd1, %t, 4; add.u64 %rd1, %in, %rd1;\n.loc 1 5 1\nld.global.b32 %r1, [%out];\n.loc 1 6 1\n" +
         first + "\nL: add.u32 %r2, %r1, 1; " + each +
         "\n.loc 1 7 1\natom.global.cas.b32 %r3, [%out], %r1, %r2; setp.ne.s32 %p1, %r3, %r1; mov.u32 %r9, %r1; "
         "mov.u32 "
         "%r1, %r3; @%p1 bra L;\n.loc 1 8 1\n" +
         last;
}

uint64_t races(const std::vector<Finding>& findings) {
  uint64_t count = 0;
  for (const Finding& f : findings) count += f.kind == Finding::Kind::race;
  return count;
}

}  // namespace

TEST_CASE("a swap on the place verifies a plain read of it") {
  std::vector<uint32_t> out;
  CHECK(findings_of(loop(""), &out).empty());
  CHECK(out[0] == 128);
  CHECK(findings_of(loop("mov.u32 %r5, %r1; add.u32 %r6, %r5, 3;")).empty());  // computed, and dropped
  // After a swap that has succeeded the value is as good as one read atomically.
  CHECK(findings_of(loop("", "", "st.global.b32 [%rd1], %r9;")).empty());
  CHECK(findings_of(loop("mov.u32 %r8, 0;", "add.u32 %r8, %r8, 1;", "st.global.b32 [%rd1], %r8;")).empty());
}

TEST_CASE("a racing value that goes elsewhere is a race") {
  for (const char* use :
       {"st.global.b32 [%rd1], %r1;", "red.global.add.u32 [%rd1], %r1;",
        "cvt.u64.u32 %rd5, %r1; and.b64 %rd5, %rd5, 4; add.u64 %rd5, %in, %rd5; ld.global.b32 %r5, [%rd5];",
        "shfl.sync.bfly.b32 %r5, %r1, 1, 31, -1; st.global.b32 [%rd1], %r5;",
        "setp.eq.u32 %p2, %r1, 77; @%p2 bra S; S:", "setp.lt.u32 %p2, %r1, 77; @%p2 st.global.b32 [%rd1], 1;",
        "setp.lt.u32 %p2, %r1, 77; selp.b32 %r5, 1, 2, %p2; st.global.b32 [%rd1], %r5;",
        "vote.sync.any.pred %p3, %p1, -1; setp.eq.u32 %p2, %r1, 1; vote.sync.ballot.b32 %r5, %p2, -1;"}) {
    CAPTURE(use);
    const std::vector<Finding> findings = findings_of("setp.eq.u32 %p1, %t, 0;" + loop(use));
    CHECK(races(findings) == 1);  // of one word: the read after a swap, the swap after a read
    for (const Finding& f : findings) CHECK_MESSAGE(!has(f.message, "never used"), f.message);
  }
}

TEST_CASE("a swap that compares with something else, or elsewhere, verifies nothing") {
  const auto once = [](const std::string& swap) {
    return "ld.global.b32 %r1, [%out]; add.u32 %r2, %r1, 1; add.u32 %r4, %r1, 4;" + swap +
           "red.global.add.u32 [%out], 1;";
  };
  CHECK(races(findings_of(once("atom.global.cas.b32 %r3, [%out], %r1, %r2;"))) == 0);
  CHECK(races(findings_of(once("atom.global.cas.b32 %r3, [%out+4], %r1, %r2;"))) == 1);
  CHECK(races(findings_of(once("atom.global.cas.b32 %r3, [%out], 0, %r2;"))) == 1);
  CHECK(races(findings_of(once("atom.global.cas.b32 %r3, [%out], %r4, %r2;"))) == 1);
  // Its failure is ignored, and the value stored all the same.
  CHECK(races(findings_of(once("atom.global.cas.b32 %r3, [%out], %r1, %r2; st.global.b32 [%o], %r1;"))) >= 1);
}

TEST_CASE("a branch may skip a swap of the place it has read, and no other") {
  const auto skip = [](const std::string& address, const std::string& more) {
    return "ld.global.b32 %r1, [%out]; setp.ge.u32 %p1, %r1, %t; @%p1 bra END; L: atom.global.cas.b32 %r3, [" +
           address +
           "], %r1, %t; setp.eq.s32 %p2, %r3, %r1; @%p2 bra END; mov.u32 %r1, %r3; setp.lt.u32 %p1, %r1, %t; " + more +
           "@%p1 bra L; END:";
  };
  std::vector<uint32_t> out;
  CHECK(findings_of(skip("%out", ""), &out).empty());
  CHECK(out[0] == 127);
  CHECK(races(findings_of(skip("%out", "st.global.b32 [%in+4], 7;"))) == 1);
  CHECK(races(findings_of(skip("%out+4", "") + " red.global.max.u32 [%out], %t;")) == 1);
}

TEST_CASE("a branch may skip an atomic maximum of the place it has read, but no addition") {
  const auto skip = [](const std::string& what) {
    return "ld.global.b32 %r1, [%out]; setp.ge.u32 %p1, %r1, %t; @%p1 bra END; " + what + "END:";
  };
  std::vector<uint32_t> out;
  CHECK(findings_of(skip("red.global.max.u32 [%out], %t;"), &out).empty());
  CHECK(out[0] == 127);
  CHECK(races(findings_of(skip("red.global.add.u32 [%out], 1;"))) >= 1);
  CHECK(races(findings_of(skip("red.global.max.u32 [%out+4], %t;") + "red.global.max.u32 [%out], %t;")) >= 1);
  CHECK(races(findings_of(skip("red.global.max.u32 [%out], %t; st.global.b32 [%in], 1;"))) >= 1);
}

TEST_CASE("a racing value that nobody uses is said to be so") {
  const std::string tile =
      ".shared .align 4 .b32 s[64]; mov.u32 %r1, %tid.x; shl.b32 %r2, %r1, 2; mov.u32 %r3, s; add.u32 %r4, %r3, %r2; "
      "xor.b32 %r5, %r2, 128; add.u32 %r5, %r3, %r5;\n.loc 1 4 1\nst.shared.b32 [%r4], %t;\n.loc 1 5 1\nld.shared.b32 "
      "%r6, "
      "[%r5];\n.loc 1 6 1\n";
  const auto check = [&](const std::string& rest, bool unused) {
    const std::vector<Finding> findings = findings_of(tile + rest);
    CHECK(races(findings) > 0);
    for (const Finding& f : findings) {  // where the other warp has not stored yet, the value is undefined besides
      if (f.kind == Finding::Kind::race) CHECK_MESSAGE(has(f.message, "never used") == unused, f.message);
    }
  };
  check("", true);
  check("setp.gt.u32 %p1, %t, 999; selp.b32 %r7, %r6, %t, %p1; st.global.b32 [%o], %r7;", true);
  check("st.global.b32 [%o], %r6;", false);
  check("setp.eq.u32 %p1, %t, 5; selp.b32 %r7, %r6, %t, %p1; st.global.b32 [%o], %r7;", false);
  check("setp.eq.u32 %p1, %t, 5; @%p1 st.global.b32 [%o], %r6;", false);
}

TEST_CASE("a value that a shuffle hands on is used where the lane that gets it uses it") {
  // Warp 1 reads what warp 0 stores. Its lanes 16 to 31 use what they get, or its lanes 0 to 15, which get it from 16
  // up.
  const auto findings = [](const std::string& shuffle) {
    return findings_of(
        "setp.lt.u32 %p1, %t, 32; mul.wide.u32 %rd1, %t, 4; and.b64 %rd1, %rd1, 127; "
        "add.u64 %rd2, %out, %rd1; mov.u32 %r1, %laneid; setp.lt.u32 %p2, %r1, 16; setp.lt.u32 %p4, %r1, "
        "8; @%p1 bra W; @%p2 bra E; ld.global.b32 %r6, [%rd2]; E: mov.b32 %r7, 0; " +
        shuffle + " bra END; W: st.global.b32 [%rd2], %t; END:");
  };
  const std::string use = " @%p4 st.global.b32 [%o+8], %r7;";
  const auto unused = [&](const std::string& shuffle) {
    uint64_t count = 0;
    for (const Finding& f : findings(shuffle)) count += f.kind == Finding::Kind::race && has(f.message, "never used");
    return count;
  };
  CHECK(unused("shfl.sync.bfly.b32 %r7, %r6, 4, 31, -1;" + use) == 1);   // from lanes that have read nothing
  CHECK(unused("shfl.sync.bfly.b32 %r7, %r6, 16, 31, -1;" + use) == 0);  // from those that have
  CHECK(unused("shfl.sync.bfly.b32 %r7, %r6, 16, 31, -1;") == 1);
}

TEST_CASE("a race of two writes stays what it is, whatever is read beside it") {
  const std::vector<Finding> findings =
      findings_of("\n.loc 1 4 1\nld.global.b32 %r1, [%out]; st.global.b32 [%out], %t;");
  REQUIRE(races(findings) == 1);
  CHECK(!has(findings[0].message, "never used"));
}

TEST_CASE("what a launch leaves is the same whether reads were followed or not") {
  Machine m(
      kernel("ld.global.b32 %r1, [%out]; add.u32 %r2, %r1, %t; st.global.b32 [%out], %r2; st.global.b32 [%o+8], %r1;"));
  const Address out = m.zeros<uint64_t>("out", 129);
  const LaunchResult first = m.launch({1, 1, 1}, {64, 1, 1}, out, out);
  CHECK(!first.findings.empty());
  const auto values = m.values<uint64_t>(out);
  Machine again(
      kernel("ld.volatile.global.b32 %r1, [%out]; add.u32 %r2, %r1, %t; st.volatile.global.b32 [%out], %r2; "
             "st.global.b32 [%o+8], %r1;"));
  const Address same = again.zeros<uint64_t>("out", 129);
  CHECK(again.launch({1, 1, 1}, {64, 1, 1}, same, same).warp_instructions == first.warp_instructions);
  CHECK(again.values<uint64_t>(same) == values);
}
