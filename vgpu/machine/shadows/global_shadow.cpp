#include "vgpu/machine/shadows/global_shadow.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <thread>

#include "vgpu/machine/shadows/mbarrier_state.h"
#include "vgpu/machine/warp.h"

namespace vgpu {

namespace {

Dim3 index_in(uint64_t linear, const Dim3& size) {
  return {static_cast<uint32_t>(linear % size.x), static_cast<uint32_t>(linear / size.x % size.y),
          static_cast<uint32_t>(linear / (uint64_t{size.x} * size.y))};
}

bool ordered_in_block(const Warp& warp, uint16_t who, uint32_t time, int lane) {
  const Block& block = *warp.block;
  const uint32_t me = warp.index * kLanes + static_cast<uint32_t>(lane);
  if (who == me) return true;
  if (who / kLanes == warp.index) {
    if (warp.full_sync_time > time) return true;
    if (warp.sync_time[lane] > time && (warp.sync_mask[lane] >> (who % kLanes) & 1) != 0) return true;
  }
  if (block.barrier_time[me] > time && block.barrier_time[who] > time) return true;
  return block.mbarriers && block.mbarriers->visibility.sees(me, who, time);
}

/// The other block made its writes known (a fence) after `time`, and this one has looked since (an atomic).
bool ordered_across_blocks(const Warp& warp, uint32_t other, uint32_t time) {
  const LaunchState& launch = *warp.launch;
  if (other == GlobalShadow::kManyBlocks || launch.released.empty()) return false;
  const uint32_t released = launch.released[other - 1];
  return released > time && warp.block->acquired > released;
}

void report(Warp& warp, const Buffer& buffer, uint64_t offset, int lane, const char* now, const char* before,
            uint32_t block, uint16_t thread, uint32_t site) {
  const LaunchState& launch = *warp.launch;
  const bool reads_now = std::strcmp(now, "read") == 0, read_before = std::strcmp(before, "read") == 0;
  const uint32_t read_site = reads_now ? warp.pc : read_before ? site : kNoRead;
  if (launch.taint != nullptr) {
    if (!reads_now) return;  // GlobalShadow::follow()
    return launch.taint->race(launch.report.race_line(learners_pc(warp)), buffer.name, read_site,
                              {warp.block->linear, warp.index * kLanes + static_cast<uint32_t>(lane)});
  }
  const bool across = block != warp.block->linear + 1;
  const uint32_t weight = across ? 1 : 0;
  if (unreported(warp, 1u << lane, Finding::Kind::race, buffer.name, offset, read_site, weight) == 0) return;
  Incident incident;
  incident.kind = Finding::Kind::race;
  incident.read_site = read_site;
  incident.weight = weight;
  incident.other_line = place_of(launch.program, site).line;
  incident.buffer = buffer.name;
  incident.element_name = buffer.element_name;
  incident.element_bytes = buffer.element_bytes;
  incident.byte_offset = static_cast<int64_t>(offset);
  incident.buffer_bytes = buffer.bytes;
  std::string who = "several blocks";
  if (block != GlobalShadow::kManyBlocks) {
    const Dim3 t = index_in(thread, launch.block);
    const Dim3 b = index_in(block - 1, launch.grid);
    who = across ? fmt::format("block ({},{},{}) thread ({},{},{})", b.x, b.y, b.z, t.x, t.y, t.z)
                 : fmt::format("thread ({},{},{})", t.x, t.y, t.z);
  }
  incident.text = fmt::format("{} {}[{}], which {} {} at {} with {} between", now, buffer.name,
                              offset / std::max<uint32_t>(buffer.element_bytes, 1), who, before,
                              line_text(launch, site), across ? "nothing that orders the blocks" : "no barrier");
  const bool same_line = site == warp.pc;
  const bool same_thread = block != GlobalShadow::kManyBlocks &&
                           thread == warp.index * kLanes + static_cast<uint32_t>(lane) && launch.block.count() > 1;
  incident.cause =
      across
          ? (same_line && same_thread
                 ? "the same thread of each block writes the same element: does the index leave out blockIdx?"
             : same_line ? "several blocks write the same element: is the index meant to differ, or an atomic needed?"
                         : "blocks run in any order: use a second step of the launch, or an atomic")
          : (same_line ? "several threads write the same element: is the index meant to differ, or an atomic needed?"
                       : "is a __syncthreads() missing between the two?");
  report_lane(warp, lane, incident);
}

bool stores_what_is_there(const Warp& warp, const MemoryInfo& info, const Buffer& buffer, uint64_t offset, int lane) {
  for (uint32_t e = 0; e < info.elements; ++e) {
    const char* value = warp.registers + info.rows[e] + static_cast<uint32_t>(lane) * info.register_bytes[e];
    if (std::memcmp(value, buffer.host + offset + e * info.width, info.width) != 0) return false;
  }
  return true;
}

bool same_as_lane(const Warp& warp, const MemoryInfo& info, int a, int b) {
  for (uint32_t e = 0; e < info.elements; ++e) {
    const char* row = warp.registers + info.rows[e];
    const uint32_t bytes = info.register_bytes[e];
    if (std::memcmp(row + static_cast<uint32_t>(a) * bytes, row + static_cast<uint32_t>(b) * bytes, info.width) != 0)
      return false;
  }
  return true;
}

/// Whether all lanes of `mask` store the same.
bool all_the_same(const Warp& warp, const MemoryInfo& info, uint32_t mask) {
  const int first = std::countr_zero(mask);
  if (mask == kFullMask && info.elements == 1 && info.register_bytes[0] == info.width) {
    const char* row = warp.registers + info.rows[0];
    return std::memcmp(row, row + info.width, size_t{info.width} * (kLanes - 1)) == 0;
  }
  for (uint32_t m = mask & (mask - 1); m != 0; m &= m - 1) {
    if (!same_as_lane(warp, info, first, std::countr_zero(m))) return false;
  }
  return true;
}

void conflict_of_blocks(LaunchState& launch) {
  launch.conflict.store(true, std::memory_order_relaxed);
  launch.abort.store(true, std::memory_order_relaxed);
}

/// While host threads run blocks side by side, a row belongs to one of them at a time.
class RowLock {
 public:
  RowLock(uint8_t& lock, bool needed) : lock_(lock), needed_(needed) {
    while (needed_ && lock_.exchange(1, std::memory_order_acquire) != 0) std::this_thread::yield();
  }
  ~RowLock() {
    if (needed_) lock_.store(0, std::memory_order_release);
  }
  RowLock(const RowLock&) = delete;
  RowLock& operator=(const RowLock&) = delete;

 private:
  std::atomic_ref<uint8_t> lock_;
  bool needed_;
};

}  // namespace

/// What an access is, the same for all its cells.
struct GlobalShadow::Now {
  Warp& warp;
  const Buffer& buffer;
  uint32_t block;  ///< linear index + 1
  bool write, strong;
  bool together;  ///< several lanes in the same cells
  const MemoryInfo* values;
};

GlobalShadow::GlobalShadow(uint64_t bytes, uint32_t cell_bytes)
    : shift_(static_cast<uint32_t>(std::countr_zero(cell_bytes))),
      row_count_((bytes >> shift_) / kRowCells + 1),
      // calloc's pages come from the system as zeros and only when they are touched: a vector would touch them all.
      rows_(static_cast<Row*>(std::calloc(row_count_, sizeof(Row)))) {
  if (!rows_) throw std::bad_alloc();
}

GlobalShadow::~GlobalShadow() { finish(); }

void GlobalShadow::finish() {
  std::free(cells_.exchange(nullptr));
  readers_.clear();
}

void GlobalShadow::start() {
  if (++launch_ == 0) {
    std::memset(static_cast<void*>(rows_.get()), 0, row_count_ * sizeof(Row));
    launch_ = 1;
  }
}

GlobalCell* GlobalShadow::cells_of(uint64_t index) {
  GlobalCell* cells = cells_.load(std::memory_order_acquire);
  if (cells == nullptr) {
    const std::lock_guard lock(cells_mutex_);
    cells = cells_.load(std::memory_order_relaxed);
    if (cells == nullptr) {
      cells = static_cast<GlobalCell*>(std::malloc(row_count_ * kRowCells * sizeof(GlobalCell)));
      if (cells == nullptr) throw std::bad_alloc();
      cells_.store(cells, std::memory_order_release);
    }
  }
  return cells + index * kRowCells;
}

GlobalCell* GlobalShadow::expand(Row& row, uint64_t index) {
  GlobalCell* cells = cells_of(index);
  if (row.in_cells) return cells;
  row.in_cells = true;
  for (uint32_t i = 0; i < kRowCells; ++i) {
    GlobalCell& cell = cells[i];
    cell = {};
    if (row.write.cells >> i & 1) {
      cell.write_block = row.write.block;
      cell.write_site = row.write.site;
      cell.write_time = row.write.time;
      cell.writer = row.write.thread(i);
      cell.write_strong = row.write.strong;
    }
    if (row.read.cells >> i & 1) {
      cell.read_block = row.read.block;
      cell.read_site = row.read.site;
      cell.read_time = row.read.time;
      cell.reader = row.read.thread(i);
      cell.read_strong = row.read.strong;
    }
  }
  return cells;
}

bool GlobalShadow::touch_cell(const Now& now, GlobalCell& cell, uint64_t offset, int lane) {
  Warp& warp = now.warp;
  const uint32_t wrote = cell.write_block, read = cell.read_block, mine = now.block;
  const auto me = static_cast<uint16_t>(warp.index * kLanes + static_cast<uint32_t>(lane));
  const uint32_t time = warp.block->clock;
  if (warp.launch->parallel && ((wrote != 0 && wrote != mine) || (now.write && read != 0 && read != mine)))
    return false;
  const auto races_with = [&](uint32_t block, uint16_t thread, uint32_t then, bool was_strong) {
    if (block == 0 || (now.strong && was_strong)) return false;
    if (block == mine) return !ordered_in_block(warp, thread, then, lane);
    return !ordered_across_blocks(warp, block, then);
  };
  if (races_with(wrote, cell.writer, cell.write_time, cell.write_strong != 0)) {
    bool harmless = false;
    if (now.write && now.values != nullptr) {
      const bool at_once =
          wrote == mine && cell.write_site == warp.pc && cell.write_time == time && cell.writer / kLanes == warp.index;
      harmless = at_once ? same_as_lane(warp, *now.values, lane, cell.writer % kLanes)
                         : stores_what_is_there(warp, *now.values, now.buffer, offset, lane);
    }
    if (!harmless) {
      report(warp, now.buffer, offset, lane, now.write ? "wrote" : "read", "wrote", wrote, cell.writer,
             cell.write_site);
    }
  }
  if (now.write && races_with(read, cell.reader, cell.read_time, cell.read_strong != 0)) {
    report(warp, now.buffer, offset, lane, "wrote", "read", read, cell.reader, cell.read_site);
  }
  if (now.write) {
    // A block's plain store is not hidden by its own atomics that follow: other blocks still race with it.
    if (now.strong && wrote == mine && cell.write_strong == 0) return true;
    cell.write_block = mine;
    cell.write_site = warp.pc;
    cell.write_time = time;
    cell.writer = me;
    cell.write_strong = now.strong;
  } else {
    // Several readers: the last one stands for them, but another block is remembered.
    cell.read_block = read == 0 || read == mine ? mine : kManyBlocks;
    cell.read_site = warp.pc;
    cell.read_time = time;
    cell.reader = me;
    cell.read_strong = now.strong;
  }
  return true;
}

// Everything here gives what touch_cell() would, cell by cell; where that is not plain to see, it says `unclear`.
GlobalShadow::Claim GlobalShadow::claim(const Now& now, Row& row, const Place& at) {
  if (row.in_cells) return Claim::unclear;
  const Warp& warp = now.warp;
  RowTouch mine{
      now.block, warp.pc, warp.block->clock, at.cells, static_cast<int16_t>(at.first), static_cast<uint8_t>(at.shift),
      now.strong};
  const uint32_t wrote = row.write.cells & at.cells, read = row.read.cells & at.cells;
  if (warp.launch->parallel &&
      ((wrote != 0 && row.write.block != now.block) || (now.write && read != 0 && row.read.block != now.block))) {
    return Claim::conflict;
  }
  const auto ordered = [&](const RowTouch& before) {
    if (before.strong && now.strong) return true;
    if (before.block != now.block) return ordered_across_blocks(warp, before.block, before.time);
    const bool same_threads = before.first == mine.first && before.shift == mine.shift && !now.together;
    return same_threads || warp.block->whole_barrier_time > before.time;
  };
  if (wrote != 0 && !ordered(row.write)) return Claim::unclear;
  if (now.write && read != 0 && !ordered(row.read)) return Claim::unclear;
  if (now.write && now.strong && wrote != 0 && row.write.block == now.block && !row.write.strong) {
    return wrote == at.cells ? Claim::done : Claim::unclear;  // stays the plain store it was
  }
  if (!now.write && read != 0 && row.read.block != now.block) {
    if (read != at.cells) return Claim::unclear;
    mine.block = kManyBlocks;
  }
  RowTouch& to = now.write ? row.write : row.read;
  if ((to.cells & ~at.cells) != 0) {
    if (!to.same_but_cells(mine)) return Claim::unclear;
    mine.cells |= to.cells;
  }
  to = mine;
  return Claim::done;
}

GlobalShadow::Row& GlobalShadow::fresh(uint64_t index) {
  Row& row = rows_[index];
  if (row.launch != launch_) {
    row.write = row.read = {};
    row.in_cells = false;
    row.launch = launch_;
  }
  return row;
}

bool GlobalShadow::touch_row(const Now& now, const Place& at) {
  const RowLock lock(rows_[at.row].lock, now.warp.launch->parallel);
  Row& row = fresh(at.row);
  const Claim claimed = claim(now, row, at);
  if (claimed != Claim::unclear) return claimed == Claim::done;
  GlobalCell* of_row = expand(row, at.row);
  const int lane0 = at.first - static_cast<int>(now.warp.index * kLanes);
  for (uint32_t m = at.cells; m != 0; m &= m - 1) {
    const auto i = static_cast<uint32_t>(std::countr_zero(m));
    const uint64_t offset = (at.row * kRowCells + (i >> at.shift << at.shift)) << shift_;
    if (!touch_cell(now, of_row[i], offset, lane0 + static_cast<int>(i >> at.shift))) return false;
  }
  return true;
}

bool GlobalShadow::read_together(const Now& now, uint64_t offset, uint32_t bytes, uint32_t mask) {
  const Place at =
      place_of_lane(now, offset, bytes, static_cast<int>(std::bit_width(mask)) - 1);  // the last lane stands for all
  const RowLock lock(rows_[at.row].lock, now.warp.launch->parallel);
  Row& row = fresh(at.row);
  const Claim claimed = claim(now, row, at);
  if (claimed != Claim::unclear) return claimed == Claim::done;
  GlobalCell* of_row = expand(row, at.row);
  for (uint32_t c = at.cells; c != 0; c &= c - 1) {
    GlobalCell& cell = of_row[std::countr_zero(c)];
    // With no writer no lane races, and of several readers the last one is kept.
    for (uint32_t m = cell.write_block != 0 ? mask : std::bit_floor(mask); m != 0; m &= m - 1) {
      if (!touch_cell(now, cell, offset, std::countr_zero(m))) return false;
    }
  }
  return true;
}

GlobalShadow::Place GlobalShadow::place_of_lane(const Now& now, uint64_t offset, uint32_t bytes, int lane) const {
  // An aligned access is inside one row, and its cells begin at a multiple of their number.
  const uint64_t cell = offset >> shift_;
  const uint32_t count = std::max<uint32_t>(bytes >> shift_, 1);
  const auto shift = static_cast<uint32_t>(std::countr_zero(count)), i = static_cast<uint32_t>(cell % kRowCells);
  const uint32_t cells = (count == kRowCells ? ~0u : (1u << count) - 1) << i;
  return {cell / kRowCells, cells, static_cast<int>(now.warp.index * kLanes) + lane - static_cast<int>(i >> shift),
          shift};
}

bool GlobalShadow::touch_consecutive(const Now& now, const GlobalAccess& access) {
  const auto shift = static_cast<uint32_t>(std::countr_zero(std::max<uint32_t>(access.bytes >> shift_, 1)));
  const int lane = std::countr_zero(access.mask);
  // Of lane 0, also where that is not active and there is nothing before the buffer.
  const int64_t begin = static_cast<int64_t>(access.offsets[lane] >> shift_) - (int64_t{lane} << shift);
  const int64_t end = begin + (int64_t{kLanes} << shift);
  constexpr int64_t kRow = kRowCells;
  for (int64_t row = std::max<int64_t>(begin, 0) / kRow; row * kRow < end; ++row) {
    const int64_t at = begin - row * kRow;  // of lane 0, in this row's cells
    uint32_t cells = 0;
    if (access.mask != kFullMask) {
      cells = at >= 0 ? access.mask << at : access.mask >> -at;
    } else {
      const int64_t last = std::min<int64_t>(end - row * kRow, kRow);
      cells = (~0u >> (kRow - last)) & (~0u << std::max<int64_t>(at, 0));
    }
    if (cells == 0) continue;
    const int first = static_cast<int>(now.warp.index * kLanes) + static_cast<int>((-at) >> shift);
    if (!touch_row(now, {static_cast<uint64_t>(row), cells, first, shift})) return false;
  }
  return true;
}

bool GlobalShadow::was_read(const Now& now, const Place& at) {
  const RowLock lock(rows_[at.row].lock, now.warp.launch->parallel);
  const Row& row = fresh(at.row);
  if (!row.in_cells) return (row.read.cells & at.cells) != 0;
  const GlobalCell* of_row = cells_of(at.row);
  for (uint32_t c = at.cells; c != 0; c &= c - 1) {
    if (of_row[std::countr_zero(c)].read_block != 0) return true;
  }
  return false;
}

/// Remembers all readers, and asks each of them where somebody writes.
void GlobalShadow::follow(const Now& now, const GlobalAccess& access) {
  Warp& warp = now.warp;
  RaceTaint& taint = *warp.launch->taint;
  const int64_t line = warp.launch->report.race_line(learners_pc(warp));
  const uint32_t cells = std::max<uint32_t>(access.bytes >> shift_, 1);
  for (uint32_t m = access.mask; m != 0 && taint.watches(now.buffer.name); m &= m - 1) {
    const int l = std::countr_zero(m);
    const auto me = static_cast<uint16_t>(warp.index * kLanes + static_cast<uint32_t>(l));
    const uint64_t first = access.offsets[l] >> shift_;
    for (uint64_t cell = first; cell < first + cells; ++cell) {
      if (!access.write) {
        readers_.add(cell, {now.block, warp.pc, warp.block->clock, me, access.strong});
        continue;
      }
      for (const CellRead& read : readers_.of(cell)) {
        if (access.strong && read.strong) continue;
        const bool ordered = read.block == now.block ? ordered_in_block(warp, read.thread, read.time, l)
                                                     : ordered_across_blocks(warp, read.block, read.time);
        if (ordered) continue;
        if (read.block == now.block && read.thread / kLanes == warp.index && read.time < warp.met_time) {
          taint.ordered(line, now.buffer.name);
        } else {
          taint.race(line, now.buffer.name, read.site, {read.block - 1, read.thread});
        }
      }
    }
  }
}

void GlobalShadow::touch(Warp& warp, const Buffer& buffer, const GlobalAccess& access, const MemoryInfo* values) {
  const Now now{warp,         buffer,        static_cast<uint32_t>(warp.block->linear) + 1,
                access.write, access.strong, access.uniform && std::popcount(access.mask) > 1,
                values};
  if (warp.launch->taint != nullptr) follow(now, access);
  bool fine = true;
  if (access.consecutive && (access.mask == kFullMask || access.bytes >> shift_ <= 1)) {
    fine = touch_consecutive(now, access);
  } else if (now.together && !access.write) {
    fine = read_together(now, access.offsets[std::countr_zero(access.mask)], access.bytes, access.mask);
  } else {
    uint32_t lanes = access.mask;
    const int first = std::countr_zero(lanes);
    // Where nobody has read, the first lane alone can race, and the last one is kept.
    if (now.together && !access.strong && values != nullptr && all_the_same(warp, *values, lanes) &&
        !was_read(now, place_of_lane(now, access.offsets[first], access.bytes, first))) {
      lanes = 1u << first | std::bit_floor(lanes);
    }
    for (uint32_t m = lanes; fine && m != 0; m &= m - 1) {
      const int l = std::countr_zero(m);
      fine = touch_row(now, place_of_lane(now, access.offsets[l], access.bytes, l));
    }
  }
  if (!fine) conflict_of_blocks(*warp.launch);
}

uint32_t GlobalShadow::written_by(const Warp& warp, const uint64_t* offsets, uint32_t bytes, uint32_t mask) {
  const auto block = static_cast<uint32_t>(warp.block->linear) + 1;
  const uint32_t count = std::max<uint32_t>(bytes >> shift_, 1);
  uint32_t lanes = 0;
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    const uint64_t cell = offsets[l] >> shift_, index = cell / kRowCells;
    const auto i = static_cast<uint32_t>(cell % kRowCells);
    const uint32_t cells = (count == kRowCells ? ~0u : (1u << count) - 1) << i;
    const RowLock lock(rows_[index].lock, warp.launch->parallel);
    const Row& row = fresh(index);
    bool mine = false;
    if (!row.in_cells) {
      mine = (row.write.cells & cells) == cells && row.write.block == block;
    } else {
      const GlobalCell* of_row = cells_of(index);
      mine = true;
      for (uint32_t c = cells; c != 0; c &= c - 1) mine = mine && of_row[std::countr_zero(c)].write_block == block;
    }
    if (mine) lanes |= 1u << l;
  }
  return lanes;
}

}  // namespace vgpu
