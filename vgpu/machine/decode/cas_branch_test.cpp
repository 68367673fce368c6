// Which branches decide on a compare-and-swap and on nothing else.

#include "vgpu/machine/decode/cas_branch.h"

#include "vgpu/machine/machine_testing.h"
#include "vgpu/ptx/parser.h"

using namespace vgpu;

namespace {

/// How many swaps hang on each such branch of a kernel with this body, in order.
std::vector<size_t> swaps(const std::string& body) {
  CAPTURE(body);
  const ptx::Module module = ptx::parse(std::string(testing::kHeader) + ".visible .entry k()\n{\n" +
                                        testing::kRegisters + body + "\nret;\n}\n");
  std::vector<size_t> counts;
  for (const CasBranch& each : branches_around_cas(module.functions[0])) counts.push_back(each.swaps.size());
  return counts;
}

const std::string kSwap = "atom.global.cas.b32 %r3, [%rd1], %r1, %r2;";
const std::string kTest = "setp.gt.u32 %p1, %r1, %r2; @%p1 bra END;";

using Swaps = std::vector<size_t>;

}  // namespace

TEST_CASE("a branch around a swap, and a loop of swaps") {
  CHECK(swaps(kTest + kSwap + "END:") == Swaps{1});
  CHECK(swaps("L:" + kTest + kSwap + "setp.ne.u32 %p2, %r3, %r1; mov.u32 %r1, %r3; @%p2 bra L; END:") == Swaps{1, 1});
  CHECK(swaps(kTest + "mul.lo.u32 %r2, %r1, 3;" + kSwap + kSwap + "END:") == Swaps{2});
  CHECK(swaps(kTest + "red.global.max.u32 [%rd1], %r2; END:") == Swaps{1});
  CHECK(swaps(kTest + "atom.global.or.b32 %r3, [%rd1], %r2; END:") == Swaps{1});
  CHECK(swaps(kTest + "atom.global.add.u32 %r3, [%rd1], %r2; END:").empty());
  // Without a swap there is nothing to ask.
  CHECK(swaps(kTest + "mov.u32 %r4, 1; END:").empty());
  CHECK(swaps(kTest + "mov.u32 %r4, 1; END:" + kSwap).empty());
}

TEST_CASE("something else hangs on it") {
  for (const char* other :
       {"st.global.b32 [%rd2], %r1;", "red.global.add.u32 [%rd2], 1;", "bar.sync 0;",
        "atom.global.exch.b32 %r5, [%rd1], %r1;", "shfl.sync.bfly.b32 %r5, %r1, 1, 31, -1;", "ret;", "trap;"}) {
    CAPTURE(other);
    CHECK(swaps(kTest + kSwap + other + "END:").empty());
  }
  // The other way counts as well.
  CHECK(swaps(kTest + kSwap + "bra ALL; END: st.global.b32 [%rd2], %r1; ALL:").empty());
}

TEST_CASE("a register that is set on the way and needed behind it") {
  const std::string use = "st.global.b32 [%rd2], ";
  CHECK(swaps("mov.u32 %r4, 0;" + kTest + kSwap + "mov.u32 %r4, 1; END:" + use + "%r4;").empty());
  CHECK(swaps(kTest + kSwap + "add.u32 %r4, %r1, 1; END:" + use + "%r4;").empty());
  CHECK(swaps(kTest + kSwap + "add.u32 %r4, %r1, 1; END:" + use + "%r1;") == Swaps{1});
  // What the swap has found there is an answer of its own.
  CHECK(swaps("mov.u32 %r3, %r1;" + kTest + kSwap + "END:" + use + "%r3;") == Swaps{1});
  CHECK(swaps(kTest + kSwap + "mov.u32 %r1, %r3; END:" + use + "%r1;") == Swaps{1});
}
