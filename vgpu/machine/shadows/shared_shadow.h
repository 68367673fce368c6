#pragma once
// What is known of every byte of a block's shared memory: was it ever written, and who touched it last.
//
// Two threads race for a word when one of them writes it and nothing orders them: no block barrier that both passed
// and, within a warp, no __syncwarp that both took part in. Shuffles order nothing, and neither does running in
// lockstep, which real hardware does not promise.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "vgpu/machine/program.h"
#include "vgpu/machine/shadows/kept_reads.h"
#include "vgpu/machine/shadows/origin.h"
#include "vgpu/machine/shadows/readers.h"
#include "vgpu/machine/shadows/unrounded.h"
#include "vgpu/ops/lane_memory.h"

namespace vgpu {

struct Warp;

/// Whether any of `bytes` bytes of a memory's shadow is undefined (not 0).
inline bool any_undefined(const uint8_t* at, uint32_t bytes) {
  return std::any_of(at, at + bytes, [](uint8_t u) { return u != 0; });
}

class SharedShadow {
 public:
  /// `bytes` of shared memory. `narrow`: the program has accesses of less than 4 bytes, so each byte is a cell.
  /// `sites`: instructions of the program.
  void resize(uint32_t bytes, bool narrow, size_t sites);
  /// A block starts: nothing is written, nobody has touched anything.
  void start(uint32_t now);
  /// A barrier that every live thread of the block took part in has completed: what came before `now` is ordered.
  void all_synchronised(uint32_t now);

  /// Bytes that somebody else has written before the block started.
  void define(uint32_t first, uint32_t bytes) { std::memset(undefined_.data() + first, 0, bytes); }

  /// A read; reports races. Returns the lanes that read a byte nobody has written.
  uint32_t read(Warp& warp, const SharedAccess& access);
  /// A whole warp's read of words in the 128 bytes from `place` on, or of the one there. `within` is WordRow::near's.
  /// False, and nothing is done, where it may race or be undefined.
  bool read_words(const Warp& warp, uint32_t place, WordRow words, const uint8_t* within);
  /// A write that is about to happen; reports races. `info` gives the values, since storing the same value twice is no
  /// race (nullptr: not known). `undefined` are the lanes whose value is undefined.
  void write(Warp& warp, const SharedAccess& access, const MemoryInfo* info);
  /// After a write: in these lanes the value that was written is undefined.
  void mark_undefined(const SharedAccess& access, uint32_t lanes);
  /// Where undefined values come from that were stored.
  StoredOrigins& origins() { return origins_; }
  /// The lanes that would read a byte nobody has written.
  uint32_t undefined_lanes(const SharedAccess& access);
  /// One lane's atomic, which never races with another one. True where it reads a byte nobody has written.
  bool atomic(Warp& warp, uint64_t offset, uint32_t bytes, int lane);

 private:
  uint64_t zones(uint32_t first, uint32_t end) const {
    return (~uint64_t{0} << (first >> zone_shift_)) & (~uint64_t{0} >> (63 - ((end - 1) >> zone_shift_)));
  }
  /// Nothing has ordered the warp's accesses since the last barrier of all.
  bool quiet(const Warp& warp) const;
  bool all_defined(uint64_t zones);
  void apply_kept(uint32_t now);
  void apply(const PlainRead& read);
  void read_by(uint32_t warp, uint64_t cell, uint16_t thread, uint32_t stamp);
  void note_readers(const Warp& warp, const SharedAccess& access);
  void ask_readers(Warp& warp, const SharedAccess& access, bool strong, bool is_volatile);
  void read_cells(Warp& warp, const SharedAccess& access, bool plain);
  uint32_t stamp(uint32_t site, uint32_t time);
  void touch(uint64_t first_cell, uint64_t end_cell);
  void read_cell(Warp& warp, uint64_t cell, int lane, const SharedAccess& access, uint32_t now);
  void write_cell(Warp& warp, uint64_t cell, int lane, bool atomic, const MemoryInfo* info, uint64_t offset,
                  uint32_t now);

  uint32_t shift_ = 2;  // a cell is 1 << shift_ bytes
  uint32_t bytes_ = 0;
  std::vector<uint8_t> undefined_;  // of each byte: 0xff until it is written
  StoredOrigins origins_;
  // Of each cell, since the last barrier of the whole block: who wrote and who read it last, where and when.
  std::vector<uint16_t> writer_, reader_;
  std::vector<uint32_t> write_stamp_, read_stamp_;  // index into moments_
  struct Moment {
    uint32_t site = 0;  // instruction
    uint32_t time = 0;  // the block's clock
  };
  std::vector<Moment> moments_;
  uint32_t epoch_ = 0;  // when everything was ordered last
  // Where racing reads are followed (race_taint.h): who reads, and what the writers would have stored unrounded.
  struct Stored {
    bool known = false;
    Residue value;
    bool operator==(const Stored&) const = default;
  };
  Stored unrounded_of(const Warp& warp, uint64_t cell, int lane, const MemoryInfo& info, uint64_t offset) const;
  Readers readers_;
  std::unordered_map<uint64_t, Stored> unrounded_;           // of each cell
  std::vector<uint32_t> stamp_of_site_;                      // the last moment of each instruction
  uint64_t touched_first_ = ~uint64_t{0}, touched_end_ = 0;  // cells that differ from "nobody"

  // Mostly a tile is written, then a barrier, then it is read. The reads matter to nobody unless somebody writes there
  // before the next barrier, so only then are they brought into the cells.
  KeptReads kept_;
  uint32_t zone_shift_ = 7;                          // the storage is looked at in up to 64 zones
  uint64_t kept_zones_ = 0, written_zones_ = 0;      // of kept_; of what was written since the last barrier of all
  uint64_t defined_zones_ = 0, looked_through_ = 0;  // every byte is written; found not to be, since that barrier
};

}  // namespace vgpu
