#include "vgpu/machine/shadows/global_shadow.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <initializer_list>
#include <thread>

#include "vgpu/machine/warp.h"

namespace vgpu {

namespace {

Dim3 index_in(uint64_t linear, const Dim3& size) {
  return {static_cast<uint32_t>(linear % size.x), static_cast<uint32_t>(linear / size.x % size.y),
          static_cast<uint32_t>(linear / (uint64_t{size.x} * size.y))};
}

/// One of the lanes that did it.
GlobalTouch one_of(const GlobalTouch& touch, uint32_t lanes) {
  GlobalTouch one = touch;
  if ((lanes >> (touch.thread % kLanes) & 1) == 0)
    one.thread = static_cast<uint16_t>(touch.thread / kLanes * kLanes + static_cast<uint32_t>(std::countr_zero(lanes)));
  return one;
}

void report(Warp& warp, const Buffer& buffer, uint64_t offset, int lane, const char* now, const char* before,
            const GlobalTouch& who) {
  const LaunchState& launch = *warp.launch;
  const bool reads_now = std::strcmp(now, "read") == 0, read_before = std::strcmp(before, "read") == 0;
  const uint32_t read_site = reads_now ? warp.pc : read_before ? who.site : kNoRead;
  if (launch.taint != nullptr) {
    if (!reads_now) return;  // GlobalShadow::follow()
    return launch.taint->race(launch.report.race_line(learners_pc(warp)), buffer.name, read_site,
                              {warp.block->linear, warp.index * kLanes + static_cast<uint32_t>(lane)});
  }
  const bool across = who.block != warp.block->linear + 1;
  const uint32_t weight = across ? 1 : 0;
  if (unreported(warp, 1u << lane, Finding::Kind::race, buffer.name, offset, read_site, weight) == 0) return;
  Incident incident;
  incident.kind = Finding::Kind::race;
  incident.read_site = read_site;
  incident.weight = weight;
  incident.other_line = place_of(launch.program, who.site).line;
  incident.buffer = buffer.name;
  incident.element_name = buffer.element_name;
  incident.element_bytes = buffer.element_bytes;
  incident.byte_offset = static_cast<int64_t>(offset);
  incident.buffer_bytes = buffer.bytes;
  const Dim3 t = index_in(who.thread, launch.block);
  const Dim3 b = index_in(who.block - 1, launch.grid);
  const std::string other = across ? fmt::format("block ({},{},{}) thread ({},{},{})", b.x, b.y, b.z, t.x, t.y, t.z)
                                   : fmt::format("thread ({},{},{})", t.x, t.y, t.z);
  incident.text = fmt::format("{} {}[{}], which {} {} at {} with {} between", now, buffer.name,
                              offset / std::max<uint32_t>(buffer.element_bytes, 1), other, before,
                              line_text(launch, who.site), across ? "nothing that orders the blocks" : "no barrier");
  const bool same_line = who.site == warp.pc;
  const bool same_thread = who.thread == warp.index * kLanes + static_cast<uint32_t>(lane) && launch.block.count() > 1;
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
  uint32_t together;  ///< several lanes in the same cells: these; else 0
  const MemoryInfo* values;
};

bool GlobalShadow::RowTouch::may_be_of_warp(uint32_t warp) const {
  const auto low = static_cast<uint32_t>(std::countr_zero(cells));
  const auto high = static_cast<uint32_t>(std::bit_width(cells)) - 1;
  return thread(low) / kLanes <= warp && warp <= thread(high) / kLanes;
}

bool GlobalShadow::RowTouch::is_of_warp(uint32_t warp) const {
  const auto low = static_cast<uint32_t>(std::countr_zero(cells));
  const auto high = static_cast<uint32_t>(std::bit_width(cells)) - 1;
  return thread(low) / kLanes == warp && warp == thread(high) / kLanes;
}

GlobalTouch GlobalShadow::RowTouch::at(uint32_t i) const {
  if ((cells >> i & 1) == 0) return {};
  const uint16_t who = thread(i);
  return {block, site, time, lanes != 0 ? lanes : 1u << who % kLanes, who, strong};
}

GlobalShadow::GlobalShadow(uint64_t bytes, uint32_t cell_bytes)
    : shift_(static_cast<uint32_t>(std::countr_zero(cell_bytes))),
      row_count_((bytes >> shift_) / kRowCells + 1),
      // calloc's pages come from the system as zeros and only when they are touched: a vector would touch them all.
      rows_(static_cast<Row*>(std::calloc(row_count_, sizeof(Row)))),
      others_(static_cast<RowOthers*>(std::calloc(row_count_, sizeof(RowOthers)))) {
  if (!rows_ || !others_) throw std::bad_alloc();
}

GlobalShadow::~GlobalShadow() { finish(); }

void GlobalShadow::finish() {
  std::free(cells_.exchange(nullptr));
  cell_others_.clear();
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
    cell = {row.write.at(i), row.read.at(i)};
    cell.read.crowd = (row.crowd >> i & 1) != 0;
    if (!row.others) continue;
    const RowOthers& others = others_[index];
    if (((others.near.cells | others.far.cells) >> i & 1) == 0) continue;
    others_of(cell).reads = {others.near.at(i), others.far.at(i), {}};
  }
  return cells;
}

GlobalOthers& GlobalShadow::others_of(GlobalCell& cell) {
  if (cell.others == nullptr) {
    const std::lock_guard lock(cells_mutex_);
    cell.others = &cell_others_.emplace_back();
  }
  return *cell.others;
}

namespace {

/// Of those who touched a cell, the first one whom an access now races with, but rather one of another block than of
/// one's own. Nobody: none.
GlobalTouch racing(const Warp& warp, bool strong, int lane, std::initializer_list<const GlobalTouch*> touches) {
  GlobalTouch found;
  for (const GlobalTouch* before : touches) {
    if (before->block == 0 || (strong && before->strong)) continue;
    const bool across = before->block != warp.block->linear + 1;
    if (found.block != 0 && !across) continue;
    const uint32_t lanes = unordered_lanes(warp, *before, lane);
    if (lanes == 0) continue;
    found = one_of(*before, lanes);
    if (across) break;
  }
  return found;
}

GlobalTouch racing_reader(const Warp& warp, const GlobalCell& cell, bool strong, int lane) {
  if (cell.others == nullptr) return racing(warp, strong, lane, {&cell.read});
  const GlobalOthers::Readers& others = cell.others->reads;
  return racing(warp, strong, lane, {&cell.read, &others.far, &others.plain, &others.near});
}

GlobalTouch racing_writer(const Warp& warp, const GlobalCell& cell, bool strong, int lane) {
  // An atomic's or a volatile store's value that an atomic or volatile load has seen comes before what follows the
  // load.
  const bool seen = cell.write.strong && cell.read.strong && cell.read.block == warp.block->linear + 1 &&
                    cell.read.time >= cell.write.time && unordered_lanes(warp, cell.read, lane) == 0;
  static constexpr GlobalTouch kNone;
  const GlobalTouch* last = seen ? &kNone : &cell.write;
  if (cell.others == nullptr) return racing(warp, strong, lane, {last});
  return racing(warp, strong, lane, {last, &cell.others->plain_write});
}

bool is_of_another(const GlobalTouch& touch, uint32_t block) { return touch.block != 0 && touch.block != block; }

}  // namespace

bool GlobalShadow::touch_cell(const Now& now, GlobalCell& cell, uint64_t offset, int lane) {
  Warp& warp = now.warp;
  const uint32_t mine = now.block;
  if (warp.launch->parallel) {
    if (is_of_another(cell.write, mine)) return false;
    if (now.write && is_of_another(cell.read, mine)) return false;
    if (now.write && cell.others != nullptr && is_of_another(cell.others->reads.far, mine)) return false;
  }
  const bool alike = cell.others == nullptr && now.strong && cell.write.strong;
  const GlobalTouch wrote =
      cell.write.block == 0 || alike ? GlobalTouch{} : racing_writer(warp, cell, now.strong, lane);
  if (wrote.block != 0) {
    bool harmless = false;
    if (now.write && now.values != nullptr) {
      const bool at_once = wrote.block == mine && wrote.site == warp.pc && wrote.time == warp.block->clock &&
                           wrote.thread / kLanes == warp.index;
      harmless = at_once ? same_as_lane(warp, *now.values, lane, wrote.thread % kLanes)
                         : stores_what_is_there(warp, *now.values, now.buffer, offset, lane);
    }
    if (!harmless) report(warp, now.buffer, offset, lane, now.write ? "wrote" : "read", "wrote", wrote);
  }
  if (now.write && cell.read.block != 0) {
    const GlobalTouch read = racing_reader(warp, cell, now.strong, lane);
    if (read.block != 0) report(warp, now.buffer, offset, lane, "wrote", "read", read);
  }
  remember(now, cell, lane);
  return true;
}

/// Makes `lane` the last one who touched the cell.
void GlobalShadow::remember(const Now& now, GlobalCell& cell, int lane) {
  const Warp& warp = now.warp;
  if (!now.write && !now.strong && cell.read.crowd) return;
  GlobalTouch mine{now.block,
                   warp.pc,
                   warp.block->clock,
                   1u << lane,
                   static_cast<uint16_t>(warp.index * kLanes + static_cast<uint32_t>(lane)),
                   now.strong};
  if (now.write) {
    // A plain store stands for what it raced with, which is reported or stored the same.
    if (!now.strong && cell.others != nullptr) cell.others->plain_write = {};
    if (now.strong && cell.write.block != 0 && !cell.write.strong) others_of(cell).plain_write = cell.write;
    cell.write = mine;
    return;
  }
  const GlobalTouch& last = cell.read;
  if (last.block != 0) {
    if (now.strong && !last.strong) {
      others_of(cell).reads.plain = last;
    } else if (const uint32_t unordered = unordered_lanes(warp, last, lane); unordered != 0) {
      const bool same_block = last.block == now.block;
      if (same_block && last.thread / kLanes == warp.index && last.strong == now.strong) {
        mine.lanes |= unordered;
      } else if (same_block) {
        others_of(cell).reads.near = last;
      } else if (GlobalTouch& far = others_of(cell).reads.far; far.block == 0 || far.block == now.block ||
                                                               !has_released(warp, last.block, last.time) ||
                                                               has_released(warp, far.block, far.time)) {
        mine.crowd = warp.launch->released.empty() && !last.strong && !now.strong;
        far = last;  // rather than somebody whom the writers to come may have heard of
      }
    }
  }
  cell.read = mine;
}

// Everything here gives what touch_cell() would, cell by cell; where that is not plain to see, it says `unclear`.
GlobalShadow::Claim GlobalShadow::claim(const Now& now, Row& row, const Place& at) {
  if (!now.write && !now.strong && (at.cells & ~row.crowd) == 0 && (row.write.cells & at.cells) == 0)
    return Claim::done;
  if (row.in_cells) return Claim::unclear;
  const Warp& warp = now.warp;
  RowTouch mine{now.block,
                warp.pc,
                warp.block->clock,
                at.cells,
                now.write ? 0 : now.together,
                static_cast<int16_t>(at.first),
                static_cast<uint8_t>(at.shift),
                now.strong};
  const uint32_t wrote = row.write.cells & at.cells, read = row.read.cells & at.cells;
  const RowOthers* others = row.others ? &others_[at.row] : nullptr;
  if (warp.launch->parallel) {
    if (wrote != 0 && row.write.block != now.block) return Claim::conflict;
    if (now.write && read != 0 && row.read.block != now.block) return Claim::conflict;
    if (now.write && others != nullptr && (others->far.cells & at.cells) != 0 && others->far.block != now.block)
      return Claim::conflict;
  }
  const auto ordered = [&](const RowTouch& before) {
    if (before.block != now.block) return ordered_across_blocks(warp, before.block, before.time);
    const bool same_threads =
        before.first == mine.first && before.shift == mine.shift && before.lanes == 0 && now.together == 0;
    return same_threads || warp.block->whole_barrier_time > before.time;
  };
  const auto may_race = [&](const RowTouch& before) {
    return (before.cells & at.cells) != 0 && !(before.strong && now.strong) && !ordered(before);
  };
  if (may_race(row.write)) return Claim::unclear;
  if (now.write) {
    if (may_race(row.read)) return Claim::unclear;
    if (others != nullptr && (may_race(others->near) || may_race(others->far))) return Claim::unclear;
    if (now.strong && wrote != 0 && !row.write.strong) return Claim::unclear;  // it does not stand for a plain store
  } else if (read != 0) {
    if (now.strong != row.read.strong) return Claim::unclear;
    const bool again = mine.lanes == kFullMask && row.read.block == now.block && row.read.is_of_warp(warp.index);
    if (!again && !ordered(row.read) && !displace(now, row, at)) return Claim::unclear;
  }
  RowTouch& to = now.write ? row.write : row.read;
  if ((to.cells & ~at.cells) != 0) {
    if (!to.same_but_cells(mine)) return Claim::unclear;
    mine.cells |= to.cells;
  }
  to = mine;
  return Claim::done;
}

/// Remembers a row's last reader beside those of `at`, who read it now. False where it has to be looked at cell by
/// cell.
bool GlobalShadow::displace(const Now& now, Row& row, const Place& at) {
  const RowTouch& last = row.read;
  const bool far = last.block != now.block;
  if ((last.cells & ~at.cells) != 0 || (!far && last.may_be_of_warp(now.warp.index))) return false;
  const LaunchState& launch = *now.warp.launch;
  RowOthers& others = others_[at.row];
  if (!row.others) others = {};
  row.others = true;
  // Where nothing orders blocks, a reader in another one races with every writer.
  const bool enough =
      !far && launch.released.empty() && (last.cells & ~others.far.cells) == 0 && others.far.block != now.block;
  if (enough) return true;
  RowTouch& to = far ? others.far : others.near;
  if (to.cells == 0 || (to.cells & ~last.cells) == 0) {
    const bool keep = far && to.cells == last.cells && to.block != now.block &&
                      has_released(now.warp, last.block, last.time) && !has_released(now.warp, to.block, to.time);
    if (!keep) to = last;
    if (far && launch.released.empty() && !last.strong && !now.strong) row.crowd |= last.cells;
    return true;
  }
  if (!to.same_but_cells(last)) return false;
  to.cells |= last.cells;
  return true;
}

GlobalShadow::Row& GlobalShadow::fresh(uint64_t index) {
  Row& row = rows_[index];
  if (row.launch != launch_) {
    row.write = row.read = {};
    row.crowd = 0;
    row.in_cells = row.others = false;
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
    if (of_row[i].read.crowd) row.crowd |= 1u << i;
  }
  if (now.write) row.write.cells |= at.cells;
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
    // With no writer no lane races.
    const bool written = cell.write.block != 0;
    for (uint32_t m = written ? mask : std::bit_floor(mask); m != 0; m &= m - 1) {
      if (!touch_cell(now, cell, offset, std::countr_zero(m))) return false;
    }
    if (cell.read.block == now.block && cell.read.thread / kLanes == now.warp.index) cell.read.lanes |= mask;
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
    if (of_row[std::countr_zero(c)].read.block != 0) return true;
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
                access.write, access.strong, access.uniform && std::popcount(access.mask) > 1 ? access.mask : 0,
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
      for (uint32_t c = cells; c != 0; c &= c - 1) mine = mine && of_row[std::countr_zero(c)].write.block == block;
    }
    if (mine) lanes |= 1u << l;
  }
  return lanes;
}

}  // namespace vgpu
