// Which accesses of shared memory become one: expectations are what ptxas 13.0 makes of the same code.

#include "vgpu/machine/decode/merge.h"

#include <fmt/format.h>

#include <algorithm>

#include "vgpu/machine/machine_testing.h"
#include "vgpu/ptx/parser.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

/// For every access of shared memory in order: the bytes it stands for in the machine's access and, behind '@', how
/// far into it; "." where it goes with another one, "-" where it stays alone.
std::string merged(const std::string& body, const std::string& shared =
                                                ".shared .align 4 .b8 s[4096];\n"
                                                ".shared .align 4 .b8 q[4096];") {
  const ptx::Module module = ptx::parse(kernel(body, ", .param .u32 n", shared));
  const ptx::Function& function = module.functions.at(0);
  const std::vector<Merge> merges = merge_shared_accesses(module, function);
  std::string text;
  for (size_t i = 0; i < merges.size(); ++i) {
    const auto& modifiers = function.instructions[i].modifiers;
    if (std::find(modifiers.begin(), modifiers.end(), "shared") == modifiers.end()) continue;
    if (!text.empty()) text += ' ';
    text += merges[i].away ? "." : merges[i].bytes == 0 ? "-" : fmt::format("{}@{}", merges[i].bytes, merges[i].before);
  }
  return text;
}

/// %r1: s + 16 (t % 8); %r2: q + 16 (t % 8); %r3: s + 4 t; %r4: an unknown number.
const std::string kAddresses =
    "and.b32 %r15, %t, 7; shl.b32 %r5, %r15, 4; mov.u32 %r6, s; mov.u32 %r7, q; add.s32 %r1, %r6, %r5;\n"
    "add.s32 %r2, %r7, %r5; shl.b32 %r8, %t, 2; add.s32 %r3, %r6, %r8; ld.param.u32 %r4, [n];\n";

std::string load(const std::string& address) { return "ld.shared.f32 %f1, [" + address + "];\n"; }
std::string store(const std::string& address) { return "st.shared.f32 [" + address + "], %f2;\n"; }

}  // namespace

TEST_CASE("merge: four words in a row, three of them, and pairs at a multiple of 8") {
  CHECK(merged(kAddresses + load("%r1") + load("%r1+4") + load("%r1+8") + load("%r1+12")) == "16@0 . . .");
  CHECK(merged(kAddresses + load("%r1+12") + load("%r1+8") + load("%r1") + load("%r1+4")) == "16@12 . . .");
  CHECK(merged(kAddresses + load("%r1+4") + load("%r1+8") + load("%r1+12")) == "16@4 . .");
  CHECK(merged(kAddresses + load("%r1") + load("%r1+4") + load("%r1+12")) == "16@0 . .");
  CHECK(merged(kAddresses + load("%r1+8") + load("%r1+12")) == "8@0 .");
  CHECK(merged(kAddresses + load("%r1+4") + load("%r1+8")) == "- -");
  CHECK(merged(kAddresses + load("%r1") + load("%r1+12")) == "- -");
  CHECK(merged(kAddresses + load("%r1") + load("%r1+8")) == "- -");
  CHECK(merged(kAddresses + load("%r1+8") + load("%r1+12") + load("%r1+16") + load("%r1+20")) == "8@0 . 8@0 .");
}

TEST_CASE("merge: only as far as the alignment is known") {
  CHECK(merged(kAddresses + load("%r3") + load("%r3+4") + load("%r3+8") + load("%r3+12")) == "- - - -");
  // 24 bytes a thread: known to be a multiple of 8.
  CHECK(merged("mov.u32 %r6, s; mad.lo.s32 %r1, %t, 24, %r6;" + load("%r1") + load("%r1+4") + load("%r1+8") +
               load("%r1+12")) == "8@0 . 8@0 .");
  CHECK(merged("mov.u32 %r6, s; ld.param.u32 %r4, [n]; mad.lo.s32 %r1, %t, %r4, %r6;" + load("%r1") + load("%r1+4")) ==
        "- -");
  // Rows of 33 words, an array behind three words, and dynamic memory.
  CHECK(merged("mov.u32 %r6, s; mad.lo.s32 %r1, %t, 132, %r6;" + load("%r1") + load("%r1+4")) == "- -");
  CHECK(merged(kAddresses + load("%r2") + load("%r2+4"),
               ".shared .align 4 .b8 s[12];\n.shared .align 4 .b8 q[4096];") == "- -");
  CHECK(merged("mov.u32 %r6, d;" + load("%r6") + load("%r6+4"), ".extern .shared .align 4 .b8 d[];") == "8@0 .");
}

TEST_CASE("merge: addresses through registers, additions and loops") {
  CHECK(merged(kAddresses + "add.s32 %r9, %r1, 4;" + load("%r9") + load("%r1")) == "8@4 .");
  CHECK(merged(kAddresses + "or.b32 %r9, %r5, 4; add.s32 %r9, %r9, 0;" + load("%r1") + load("%r9")) == "- -");
  CHECK(merged(load("s+16") + load("s+20") + load("q+24") + load("s+28")) == "16@0 . - .");
  // A register that grows by 16 from s + 8: the loop's loads at -8 to +4 are 16 bytes from s on.
  const std::string body = load("%r9+-8") + load("%r9+-4") + load("%r9") + load("%r9+4") +
                           "add.s32 %r9, %r9, 16; setp.lt.s32 %p1, %r9, %r4; @%p1 bra again;\n";
  CHECK(merged(kAddresses + "add.s32 %r10, %r6, 8; mov.u32 %r9, %r10;\nagain: " + body) == "16@0 . . .");
  // Where it starts depends on the thread: only that its steps are multiples of 8 is known.
  CHECK(merged(kAddresses + "add.s32 %r10, %r1, 8; mov.u32 %r9, %r10;\nagain: " + body) == "8@0 . 8@0 .");
  // The register changes between the loads.
  CHECK(merged(kAddresses + "mov.u32 %r9, %r1;" + load("%r9") + "add.s32 %r9, %r9, %r4;" + load("%r9+4")) == "- -");
  CHECK(merged(kAddresses + "mov.u32 %r9, %r1;" + load("%r9") + "add.s32 %r9, %r9, 4;" + load("%r9")) == "8@0 .");
}

TEST_CASE("merge: what may stand between loads, and what may not") {
  const auto between = [](const std::string& what) { return merged(kAddresses + load("%r1") + what + load("%r1+4")); };
  CHECK(between("") == "8@0 .");
  CHECK(between("shfl.sync.bfly.b32 %r9, %r5, 1, 31, -1;") == "8@0 .");
  CHECK(between("st.global.f32 [%o], %f1;") == "8@0 .");
  CHECK(between("atom.global.add.u32 %r9, [%o], 1;") == "8@0 .");
  CHECK(between(load("%r3")) == "8@0 - .");
  CHECK(between(store("%r2")) == "8@0 - .");
  CHECK(between(store("%r3")) == "- - -");
  CHECK(between(store("%r4")) == "- - -");
  CHECK(between("st.f32 [%o], %f1;") == "- -");
  CHECK(between("bar.sync 0;") == "- -");
  CHECK(between("bar.warp.sync -1;") == "- -");
  CHECK(between("membar.cta;") == "- -");
  CHECK(between("atom.shared.add.u32 %r9, [%r3], 1;") == "- - -");
  CHECK(between("setp.lt.s32 %p1, %t, %r4; @%p1 bra next;\nnext: ") == "- -");
}

TEST_CASE("merge: conditions, widths and volatile accesses") {
  const std::string condition = "setp.lt.s32 %p1, %t, %r4; setp.lt.s32 %p2, %r4, 5;\n";
  CHECK(merged(kAddresses + condition + "@%p1 " + load("%r1") + "@%p1 " + load("%r1+4")) == "8@0 .");
  CHECK(merged(kAddresses + condition + "@%p1 " + load("%r1") + "@!%p1 " + load("%r1+4")) == "- -");
  CHECK(merged(kAddresses + condition + "@%p1 " + load("%r1") + "@%p2 " + load("%r1+4")) == "- -");
  CHECK(merged(kAddresses + condition + "@%p1 " + load("%r1") + "setp.lt.s32 %p1, %r4, 9; @%p1 " + load("%r1+4")) ==
        "- -");
  CHECK(merged(kAddresses + "ld.shared.f64 %fd1, [%r1]; ld.shared.f64 %fd2, [%r1+8]; ld.shared.f64 %fd3, [%r1+16];") ==
        "16@0 . -");
  CHECK(merged(kAddresses + "ld.shared.v2.f32 {%f1, %f2}, [%r1]; ld.shared.f32 %f3, [%r1+8];") == "16@0 .");
  CHECK(merged(kAddresses + "ld.shared.u8 %rs1, [%r1]; ld.shared.u8 %rs2, [%r1+1];") == "- -");
  CHECK(merged(kAddresses + "ld.volatile.shared.f32 %f1, [%r1]; ld.volatile.shared.f32 %f2, [%r1+4];") == "- -");
  // The same word twice is two accesses.
  CHECK(merged(kAddresses + load("%r1") + load("%r1") + load("%r1+4")) == "8@0 - .");
}

TEST_CASE("merge: stores only into the bytes they write, and with nothing between") {
  CHECK(merged(kAddresses + store("%r1") + store("%r1+4") + store("%r1+8") + store("%r1+12")) == "16@0 . . .");
  CHECK(merged(kAddresses + store("%r1") + store("%r1+4") + store("%r1+8")) == "8@0 . -");
  CHECK(merged(kAddresses + store("%r1+4") + store("%r1+8")) == "- -");
  CHECK(merged(kAddresses + store("%r1") + store("%r2") + store("%r1+4") + store("%r2+4")) == "- - - -");
  CHECK(merged(kAddresses + store("%r1") + load("%r2") + store("%r1+4")) == "- - -");
  CHECK(merged(kAddresses + store("%r1") + "ld.global.f32 %f2, [%i];" + store("%r1+4")) == "8@0 .");
}
