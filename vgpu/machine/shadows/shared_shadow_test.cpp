// Races in shared memory between two barriers, access by access: random ones, against a model that keeps for each cell
// who wrote it last and everybody who read it.

#include "vgpu/machine/shadows/shared_shadow.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <random>
#include <set>
#include <vector>

#include "vgpu/machine/shadows/shadow_testing.h"
#include "vgpu/machine/warp.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

constexpr uint32_t kThreads = 96, kSites = 4;

class Model {
 public:
  Model(uint32_t bytes, uint32_t cell_bytes) : cell_bytes_(cell_bytes), cells_(bytes), defined_(bytes) {}

  void barrier() { std::fill(cells_.begin(), cells_.end(), Cell{}); }
  /// Returns how many cells race, lane by lane; `undefined`: the lanes that read a byte nobody wrote.
  uint64_t access(uint32_t warp, const SharedAccess& a, bool write, uint32_t& undefined) {
    uint64_t races = 0;
    undefined = 0;
    for (uint32_t l = 0; l < kLanes; ++l) {
      if ((a.mask >> l & 1) == 0) continue;
      const int me = static_cast<int>(warp * kLanes + l);
      const uint64_t from = a.base + a.offsets[l];
      for (uint64_t c = from / cell_bytes_; c <= (from + a.bytes - 1) / cell_bytes_; ++c) {
        Cell& cell = cells_[c];
        races += cell.writer >= 0 && cell.writer != me;
        if (write) {
          races += cell.readers.size() > cell.readers.count(me);
          cell.writer = me;
        } else {
          cell.readers.insert(me);
        }
      }
      for (uint64_t b = from; b < from + a.bytes; ++b) {
        if (write) {
          defined_[b] = true;
        } else if (!defined_[b]) {
          undefined |= 1u << l;
        }
      }
    }
    return races;
  }

 private:
  struct Cell {
    int writer = -1;
    std::set<int> readers;
  };
  uint32_t cell_bytes_;
  std::vector<Cell> cells_;
  std::vector<bool> defined_;
};

}  // namespace

TEST_CASE("shared memory's races and undefined reads, access by access, whatever the lanes' places look like") {
  std::mt19937 random(11);
  const auto upto = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  uint64_t racy = 0, clean = 0, unwritten = 0;
  for (int round = 0; round < 2000; ++round) {
    const bool narrow = round % 3 == 0;
    const uint32_t cell_bytes = narrow ? 1 : 4;
    const uint32_t bytes = round % 7 == 0 ? 20480 : 2048;  // zones of several rows, or of one
    Program program = empty_program(kSites);
    program.narrow_shared = narrow;
    program.shared.push_back({"tile", bytes, 16, "byte", 1});
    MemoryMap memory;
    Report report(program, {1, 1, 1}, {kThreads, 1, 1});
    LaunchState state({program, program.functions[0], memory}, report, report);
    state.grid = {1, 1, 1};
    state.block = {kThreads, 1, 1};
    state.shared_offset = {0};
    state.shared_bytes = {bytes};
    state.total_shared = bytes;
    Block block(state);
    block.start(0);
    Model model(bytes, cell_bytes);
    const uint32_t writes = 1 + upto(6), places = 1 + upto(4);
    for (int n = 0; n < 24; ++n) {
      if (upto(4) == 0) {
        const uint32_t now = block.tick();
        std::fill(block.barrier_time.begin(), block.barrier_time.end(), now);
        block.shadow.all_synchronised(now);
        model.barrier();
      }
      Warp& warp = block.warps[upto(kThreads / kLanes)];
      warp.pc = upto(kSites);
      uint64_t offsets[kLanes];
      SharedAccess a;
      a.offsets = offsets;
      a.bytes = cell_bytes << upto(narrow ? 5 : 3);
      const uint32_t masks[] = {kFullMask, kFullMask, kFullMask >> upto(32), static_cast<uint32_t>(random()) | 1};
      a.mask = masks[upto(4)];
      const uint64_t own = warp.index * kLanes * a.bytes + (upto(places) == 0 ? 0 : a.bytes * upto(48));
      const uint64_t start = own % (bytes - kLanes * a.bytes + a.bytes) / a.bytes * a.bytes;
      a.first = 0;
      a.end = bytes;
      switch (upto(5)) {
        case 0:  // one place
          std::fill_n(offsets, kLanes, start);
          a.uniform = true;
          a.first = static_cast<uint32_t>(start);
          a.end = a.first + a.bytes;
          break;
        case 1:  // scattered over 128 bytes
          for (uint64_t& offset : offsets) offset = start / 128 * 128 + upto(128 / a.bytes) * a.bytes;
          a.near = true;
          a.first = static_cast<uint32_t>(start / 128 * 128);
          a.end = a.first + 128;
          break;
        case 2:  // anywhere
          for (uint64_t& offset : offsets) offset = upto(bytes / a.bytes) * a.bytes;
          break;
        default:  // neighbours
          for (uint64_t l = 0; l < kLanes; ++l) offsets[l] = start + l * a.bytes;
          a.consecutive = a.mask == kFullMask;
          if (!a.consecutive) break;
          a.first = static_cast<uint32_t>(start);
          a.end = a.first + a.bytes * kLanes;
      }
      const bool write = upto(6) < writes;
      const uint64_t before = reported(report);
      uint32_t undefined = 0, expected_undefined = 0;
      if (write) {
        block.shadow.write(warp, a, nullptr);
      } else {
        // Words close to each other have a way of their own, which may say no.
        const WordRow words = a.consecutive ? WordRow::consecutive
                              : a.uniform   ? WordRow::same
                              : a.near      ? WordRow::near
                                            : WordRow::other;
        uint8_t within[kLanes];
        for (int l = 0; l < kLanes; ++l) within[l] = static_cast<uint8_t>(offsets[l] % 128 / 4);
        const bool fits = a.bytes == 4 && a.mask == kFullMask && words != WordRow::other && upto(2) == 0;
        if (!fits || !block.shadow.read_words(warp, a.first, words, within)) undefined = block.shadow.read(warp, a);
      }
      const uint64_t expected = model.access(warp.index, a, write, expected_undefined);
      INFO("round ", round, " access ", n, write ? " writes " : " reads ", a.bytes, " bytes a lane");
      REQUIRE(reported(report) - before == expected);
      REQUIRE(undefined == expected_undefined);
      ++(expected != 0 ? racy : clean);
      unwritten += undefined != 0;
    }
  }
  CHECK(racy > 2000);
  CHECK(clean > 2000);
  CHECK(unwritten > 2000);
}
