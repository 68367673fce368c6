#pragma once
// Who touched each word of a writable buffer in this launch. It finds races between threads of a block and between
// blocks, and it proves, while blocks run in parallel, that no result depends on their order: two blocks that share a
// word of which one writes make a conflict, and the launch is run again block after block.
//
// Who touched a word last stands for everybody whose access came before his for certain. Others are remembered beside
// him, but not all of them (GlobalOthers): whoever races with any of them races with one that is remembered, but where
// fences or barriers of a part of the block order some of three and not the others.
//
// A cell is a word (less where the program has narrower accesses); a row is 32 cells. Mostly a warp's lanes touch
// neighbouring cells, so of a row it is enough to know which of its cells one stretch of threads has written and which
// one has read. Only where that does not describe a row any more is each of its cells remembered by itself.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <new>

#include "vgpu/machine/program.h"
#include "vgpu/machine/shadows/global_touch.h"
#include "vgpu/machine/shadows/readers.h"

namespace vgpu {

struct Warp;
struct Buffer;

/// Who touched one cell of a buffer.
struct GlobalCell {
  GlobalTouch write, read;         ///< last
  GlobalOthers* others = nullptr;  ///< for whom these do not stand; nullptr: there never was anybody
};

/// The lanes' places of one access: byte offsets into the buffer, aligned to the access.
struct GlobalAccess {
  const uint64_t* offsets = nullptr;
  uint32_t bytes = 0;  ///< of each lane, a power of two
  uint32_t mask = 0;
  bool consecutive = false;  ///< lane l at lane 0 + l * bytes, as far as lanes are active
  bool uniform = false;      ///< all active lanes at the same place
  bool write = false;
  bool strong = false;  ///< an atomic or volatile
};

class GlobalShadow {
 public:
  /// For a buffer of `bytes`, in cells of `cell_bytes` (1, 2 or 4). Costs memory only where it is touched.
  GlobalShadow(uint64_t bytes, uint32_t cell_bytes);
  ~GlobalShadow();

  uint32_t cell_bytes() const { return 1u << shift_; }
  /// A launch begins: nobody has touched anything.
  void start();
  /// Gives back what only this launch needed.
  void finish();

  /// An access that is about to happen; reports races. `values` says what a store will write, since storing what is
  /// there already is no race (nullptr: not known).
  void touch(Warp& warp, const Buffer& buffer, const GlobalAccess& access, const MemoryInfo* values);

  /// Of the lanes in `mask`, with accesses of `bytes` at `offsets`, those that touch what this warp's block wrote last.
  uint32_t written_by(const Warp& warp, const uint64_t* offsets, uint32_t bytes, uint32_t mask);

  /// Blocks are told apart up to so many.
  static constexpr uint64_t kMostBlocks = 0xfffffffeu;

 private:
  static constexpr uint32_t kRowCells = 32;

  /// A stretch of threads of one block that touched cells of a row: cell i is thread first + (i >> shift)'s.
  struct RowTouch {
    uint32_t block = 0, site = 0, time = 0;  // as in GlobalTouch
    uint32_t cells = 0;                      // which: bit i is cell i
    uint32_t lanes = 0;                      // not 0: of that thread's warp, all of which touched all of these cells
    int16_t first = 0;
    uint8_t shift = 0;
    bool strong = false;

    uint16_t thread(uint32_t i) const { return static_cast<uint16_t>(first + static_cast<int>(i >> shift)); }
    bool same_but_cells(const RowTouch& o) const {
      return block == o.block && site == o.site && time == o.time && lanes == o.lanes && first == o.first &&
             shift == o.shift && strong == o.strong;
    }
    bool may_be_of_warp(uint32_t warp) const;  // one of its cells' threads
    bool is_of_warp(uint32_t warp) const;      // all of them
    GlobalTouch at(uint32_t i) const;
  };
  struct Row {
    RowTouch write, read;   // last
    uint32_t crowd = 0;     // cells, as in GlobalTouch
    uint16_t launch = 0;    // when this was written; nothing is known of the row in other launches
    bool in_cells = false;  // what is known is in cells_
    bool others = false;    // have read besides: others_
    uint8_t lock = 0;
  };
  /// As GlobalOthers::Readers, of a row.
  struct RowOthers {
    RowTouch near, far;
  };
  /// Cells of a row and their threads.
  struct Place {
    uint64_t row = 0;
    uint32_t cells = 0;
    int first = 0;
    uint32_t shift = 0;
  };
  enum class Claim : uint8_t { done, unclear, conflict };
  struct Now;
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };

  // False, here and below: blocks that run in parallel meet.
  bool touch_consecutive(const Now& now, const GlobalAccess& access);
  bool read_together(const Now& now, uint64_t offset, uint32_t bytes, uint32_t mask);
  bool touch_row(const Now& now, const Place& at);
  bool touch_cell(const Now& now, GlobalCell& cell, uint64_t offset, int lane);
  void remember(const Now& now, GlobalCell& cell, int lane);
  GlobalOthers& others_of(GlobalCell& cell);
  void follow(const Now& now, const GlobalAccess& access);
  bool was_read(const Now& now, const Place& at);
  Claim claim(const Now& now, Row& row, const Place& at);
  bool displace(const Now& now, Row& row, const Place& at);
  Place place_of_lane(const Now& now, uint64_t offset, uint32_t bytes, int lane) const;
  Row& fresh(uint64_t index);
  GlobalCell* expand(Row& row, uint64_t index);
  GlobalCell* cells_of(uint64_t index);

  Readers readers_;  // where it is followed what they make of it (race_taint.h)
  uint32_t shift_ = 2;
  uint64_t row_count_ = 0;
  uint16_t launch_ = 0;
  std::unique_ptr<Row[], Free> rows_;
  std::unique_ptr<RowOthers[], Free> others_;  // of each row
  std::atomic<GlobalCell*> cells_{nullptr};    // 32 of each row; memory that is written before it is read
  std::deque<GlobalOthers> cell_others_;
  std::mutex cells_mutex_;
};

}  // namespace vgpu
