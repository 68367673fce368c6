// The shadow must find what it would if it remembered every access: random ones, against a model that does.

#include "vgpu/machine/shadows/global_shadow.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <random>
#include <vector>

#include "vgpu/machine/shadows/shadow_testing.h"
#include "vgpu/machine/warp.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

constexpr uint64_t kBytes = 2048;
constexpr uint32_t kThreads = 160, kBlocks = 3, kSites = 4;

/// One access in a cell's past.
struct Past {
  uint64_t block = 0;
  uint32_t thread = 0, time = 0;
  bool strong = false;
};

/// The rules of global_shadow.h for a cell, with no thought of speed or memory: everybody who has read it, and
/// everybody who has written it since the last plain store. Blocks run in order, and nothing orders them.
class Model {
 public:
  explicit Model(uint32_t cell_bytes) : cell_bytes_(cell_bytes), writes_(kBytes), reads_(kBytes) {}

  uint64_t races = 0;

  void touch(const Block& block, uint32_t warp, const GlobalAccess& a) {
    for (uint32_t l = 0; l < kLanes; ++l) {
      if ((a.mask >> l & 1) == 0) continue;
      const uint64_t end = (a.offsets[l] + a.bytes - 1) / cell_bytes_;
      for (uint64_t c = a.offsets[l] / cell_bytes_; c <= end; ++c) cell(block, warp * kLanes + l, c, a);
    }
  }

 private:
  static bool race(const Block& block, uint32_t me, const std::vector<Past>& pasts, bool strong) {
    return std::any_of(pasts.begin(), pasts.end(), [&](const Past& past) {
      if (past.strong && strong) return false;
      if (past.block != block.linear) return true;
      const Warp& warp = block.warps[me / kLanes];
      if (past.thread == me || (past.thread / kLanes == warp.index && warp.full_sync_time > past.time)) return false;
      return block.barrier_time[past.thread] <= past.time || block.barrier_time[me] <= past.time;
    });
  }
  /// The atomic's value has been seen by the last reader, and whoever this is, he comes before `me`.
  static bool seen(const Block& block, uint32_t me, const std::vector<Past>& writes, const std::vector<Past>& reads) {
    return !writes.empty() && writes.back().strong && !reads.empty() && reads.back().strong &&
           reads.back().block == block.linear && reads.back().time >= writes.back().time &&
           !race(block, me, {reads.back()}, false);
  }
  void cell(const Block& block, uint32_t me, uint64_t c, const GlobalAccess& a) {
    std::vector<Past>&writes = writes_[c], &reads = reads_[c];
    if (seen(block, me, writes, reads)) {
      races += race(block, me, {writes.begin(), writes.end() - 1}, a.strong);
    } else {
      races += race(block, me, writes, a.strong);
    }
    if (a.write) races += race(block, me, reads, a.strong);
    if (a.write && !a.strong) writes.clear();  // what raced with it is reported
    if (a.write && !writes.empty() && writes.back().strong) writes.pop_back();
    (a.write ? writes : reads).push_back({block.linear, me, block.clock, a.strong});
  }

  uint32_t cell_bytes_;
  std::vector<std::vector<Past>> writes_, reads_;
};

struct Shape {
  const char* name;
  uint64_t (*offset)(uint64_t lane, uint64_t start, uint32_t bytes);
  bool consecutive, uniform;
};
const Shape kShapes[] = {
    {"neighbours", [](uint64_t l, uint64_t start, uint32_t bytes) { return start + l * bytes; }, true, false},
    {"one place", [](uint64_t, uint64_t start, uint32_t) { return start; }, false, true},
    {"every other", [](uint64_t l, uint64_t start, uint32_t bytes) { return (start + l * 2 * bytes) % kBytes; }, false,
     false},
    {"backwards", [](uint64_t l, uint64_t start, uint32_t bytes) { return start + (31 - l) * bytes; }, false, false},
};

}  // namespace

TEST_CASE("a buffer's shadow finds the races that it would if it remembered everybody, access by access") {
  std::mt19937 random(7);
  const auto upto = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  uint64_t racy = 0, clean = 0, missed = 0, all = 0;
  for (int round = 0; round < 4000; ++round) {
    Program program = empty_program(kSites);
    MemoryMap memory;
    Buffer& buffer = memory.allocate(kBytes);
    Report report(program, {kBlocks, 1, 1}, {kThreads, 1, 1});
    LaunchState state({program, program.functions[0], memory}, report, report);
    state.grid = {kBlocks, 1, 1};
    state.block = {kThreads, 1, 1};
    const uint32_t cell_bytes = round % 3 == 0 ? 1 : 4;
    GlobalShadow shadow(kBytes, cell_bytes);
    // Of three accesses of which a barrier of some warps orders two, or an atomic comes between, one may be forgotten.
    const bool parts = round % 4 == 1, atomics = round % 4 == 2, exact = !parts && !atomics;
    const bool twice = round % 5 == 0;  // what an earlier launch left must not be seen
    for (int launch = 0; launch < (twice ? 2 : 1); ++launch) {
      shadow.start();
      report.clear();
      Model model(cell_bytes);
      Block block(state);
      // Few races in a round, or they hide what comes after them.
      const uint32_t busy = 1 + upto(24), places = 1 + upto(8);
      const uint32_t writes = 1 + upto(4);  // of eight accesses
      for (uint64_t b = 0; b < kBlocks; ++b) {
        block.start(b);
        for (uint32_t n = 0; n < busy; ++n) {
          if (upto(4) == 0) {
            const uint32_t now = block.tick();
            const uint32_t took_part = parts && upto(3) == 0 ? upto(kThreads / kLanes) * kLanes : kThreads;
            std::fill_n(block.barrier_time.begin(), took_part, now);
            if (took_part == kThreads) block.whole_barrier_time = now;
          }
          Warp& warp = block.warps[upto(kThreads / kLanes)];
          if (upto(4) == 0) warp.full_sync_time = block.tick();
          warp.pc = upto(kSites);
          const Shape& shape = kShapes[upto(2) == 0 ? 0 : upto(4)];
          GlobalAccess a;
          a.bytes = cell_bytes << upto(cell_bytes == 1 ? 5 : 3);
          const uint32_t masks[] = {kFullMask, kFullMask, kFullMask >> upto(32), 1u << 31,
                                    static_cast<uint32_t>(random()) | 1};
          a.mask = masks[upto(5)];
          a.write = upto(8) < writes;
          a.strong = atomics && upto(3) == 0;
          a.consecutive = shape.consecutive;
          a.uniform = shape.uniform;
          // Mostly each thread has its own place; some accesses are shifted, so that threads meet.
          const uint64_t own =
              (b * kThreads + warp.index * kLanes) * a.bytes + (upto(places) == 0 ? 0 : a.bytes * upto(40));
          const uint64_t start = own % (kBytes - kLanes * a.bytes + a.bytes) / a.bytes * a.bytes;
          uint64_t offsets[kLanes];
          for (uint64_t l = 0; l < kLanes; ++l) offsets[l] = shape.offset(l, start, a.bytes);
          a.offsets = offsets;
          const uint64_t reported_before = reported(report), races_before = model.races;
          model.touch(block, warp.index, a);
          shadow.touch(warp, buffer, a, nullptr);
          if (a.strong) block.tick();
          const uint64_t found = reported(report) - reported_before, expected = model.races - races_before;
          INFO("round ", round, " block ", b, " access ", n, " ", shape.name, " of ", a.bytes, " bytes");
          if (exact) {
            REQUIRE(found == expected);
          } else {
            REQUIRE(found <= expected);
          }
          missed += expected - found;
          all += expected;
          ++(expected != 0 ? racy : clean);
        }
      }
      shadow.finish();
    }
  }
  CHECK(racy > 500);
  CHECK(clean > 500);
  CAPTURE(missed);
  CHECK(missed * 1000 < all);
}
