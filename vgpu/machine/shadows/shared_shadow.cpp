#include "vgpu/machine/shadows/shared_shadow.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "vgpu/machine/shadows/mbarrier_state.h"
#include "vgpu/machine/warp.h"
#include "vgpu/ops/lane_memory.h"

namespace vgpu {

namespace {

// Who touched a cell: a thread of the block, several threads of one warp, kManyWarps, or kNobody (lane_memory.h).
constexpr size_t kMaxMoments = 1 << 20;
constexpr uint16_t kManyStrong = 0xe000;  // several threads, all of them by atomic or volatile accesses
constexpr uint16_t kStrong = 0x4000;      // | thread: an atomic or volatile access
constexpr uint16_t kVolatile = 0x2000;    // | kStrong: volatile

uint16_t thread_code(const Warp& warp, int lane) {
  return static_cast<uint16_t>(warp.index * kLanes + static_cast<uint32_t>(lane));
}

bool is_thread(uint16_t who) { return who < 0x8000; }

uint32_t warp_of(uint16_t who) { return is_thread(who) ? (who & 0x3ffu) / kLanes : who & 0xfffu; }

/// Atomics and volatile accesses do not race with each other, but for volatile ones of one warp: the idiom of warps
/// that run in step, which they no longer do.
bool both_strong(const Warp& warp, uint16_t who, bool strong, bool is_volatile) {
  if (who == kManyStrong) return strong;
  if (!strong || !is_thread(who) || (who & kStrong) == 0) return false;
  return !(is_volatile && (who & kVolatile) != 0 && warp_of(who) == warp.index);
}

/// Whether what `who` did at `time` comes before what `lane` does now.
bool ordered_by_barriers(const Warp& warp, uint16_t who, uint32_t time, int lane) {
  const Block& block = *warp.block;
  const uint32_t mine = block.barrier_time[thread_code(warp, lane)];
  if (who == kManyWarps || who == kManyStrong)
    return mine > time;  // whom it was is not known: in doubt they were ordered
  if (warp_of(who) == warp.index) {
    if (warp.full_sync_time > time) return true;
    if (is_thread(who) && warp.sync_time[lane] > time && (warp.sync_mask[lane] >> (who % kLanes) & 1) != 0) return true;
  }
  if (!is_thread(who)) return mine > time;
  return mine > time && block.barrier_time[who & 0x3ffu] > time;
}

bool ordered(const Warp& warp, uint16_t who, uint32_t time, int lane) {
  if (ordered_by_barriers(warp, who, time, lane)) return true;
  if (!warp.block->mbarriers) return false;
  const Visibility& visibility = warp.block->mbarriers->visibility;
  const uint32_t me = thread_code(warp, lane);
  if (who == kManyWarps || who == kManyStrong) return visibility.taken(me) > time;
  return is_thread(who) ? visibility.sees(me, who & 0x3ffu, time) : visibility.sees_warp(me, warp_of(who), time);
}

std::string thread_text(const Warp& warp, uint16_t who) {
  if (who == kManyWarps || who == kManyStrong) return "several threads";
  if (!is_thread(who)) return "several threads of its warp";
  Warp other{};
  other.launch = warp.launch;
  other.index = (who & 0x3ffu) / kLanes;
  const Dim3 t = other.thread_of(who % kLanes);
  return fmt::format("thread ({},{},{})", t.x, t.y, t.z);
}

/// What lane `lane` does now, and what `who` did before.
enum class Race : uint8_t { read_written, written_read, written_written, at_once };

/// The variable that a byte of the block's storage lies in.
size_t variable_at(const LaunchState& launch, uint64_t offset) {
  size_t variable = 0;
  for (size_t i = 0; i < launch.shared_offset.size(); ++i) {
    if (offset >= launch.shared_offset[i] && offset < launch.shared_offset[i] + launch.shared_bytes[i]) variable = i;
  }
  return variable;
}

void report_race(Warp& warp, int lane, uint64_t offset, uint32_t width, Race race, const char* now, uint16_t who,
                 uint32_t site) {
  const LaunchState& launch = *warp.launch;
  const char* const before = race == Race::written_read ? "read" : "wrote";
  const uint32_t read_site = race == Race::read_written   ? warp.pc
                             : race == Race::written_read ? site
                             : race == Race::at_once      ? kAtOnce
                                                          : kNoRead;
  const size_t variable = variable_at(launch, offset);
  // A library's own affairs; what it orders for the kernel it says by releases and acquires.
  if (variable != 0 && variable == launch.program.reserved_shared) return;
  const SharedVariable& shared = launch.program.shared[variable];
  const uint64_t in = offset - launch.shared_offset[variable];
  if (launch.taint != nullptr) {
    if (race != Race::read_written) return;  // readers are asked one by one, and for writers there is no need
    return launch.taint->race(launch.report.race_line(learners_pc(warp)), shared.name, read_site,
                              {warp.block->linear, thread_code(warp, lane)});
  }
  const bool same_warp = who != kManyWarps && who != kManyStrong && warp_of(who) == warp.index;
  const uint32_t weight = same_warp ? 0 : 1;  // a barrier of the block is wider than one of the warp
  if (unreported(warp, 1u << lane, Finding::Kind::race, shared.name, in, read_site, weight) == 0) return;
  Incident incident;
  incident.kind = Finding::Kind::race;
  incident.read_site = read_site;
  incident.weight = weight;
  // An array's element type is lost in PTX: the access says how large its elements are.
  const uint32_t element = std::max(shared.element_bytes, width);
  incident.buffer = shared.name;
  incident.element_name = shared.element_bytes < width ? "element" : shared.element;
  incident.element_bytes = element;
  incident.byte_offset = static_cast<int64_t>(in);
  incident.buffer_bytes = launch.shared_bytes[variable];
  incident.other_line = place_of(launch.program, site).line;
  incident.text =
      fmt::format("{} {}[{}] (shared), which {} {} at {} with no {} between", now, shared.name, in / element,
                  thread_text(warp, who), before, line_text(launch, site), same_warp ? "__syncwarp" : "barrier");
  incident.remedy = same_warp ? Finding::Remedy::warp_barrier : Finding::Remedy::block_barrier;
  incident.cause = same_warp ? "threads of a warp do not run in lockstep: is a __syncwarp() missing between the two?"
                             : "is a __syncthreads() missing between the two?";
  report_lane(warp, lane, incident);
}

/// What lane `lane` is about to store, element by element.
void value_of(const Warp& warp, const MemoryInfo& info, int lane, std::byte* to) {
  for (uint32_t e = 0; e < info.elements; ++e) {
    std::memcpy(to + e * info.width,
                warp.registers + info.rows[e] + static_cast<uint32_t>(lane) * info.register_bytes[e],
                std::min(info.width, info.register_bytes[e]));
  }
}

}  // namespace

void SharedShadow::resize(uint32_t bytes, bool narrow, size_t sites) {
  shift_ = narrow ? 0 : 2;
  const size_t cells = (bytes >> shift_) + 1;
  bytes_ = bytes;
  zone_shift_ = std::max<uint32_t>(7, static_cast<uint32_t>(std::bit_width((std::max(bytes, 1u) - 1) >> 6)));
  undefined_.resize(bytes + (size_t{1} << zone_shift_));  // what is looked at may begin before the end and go past it
  stamp_of_site_.resize(sites);
  for (auto* who : {&writer_, &reader_}) who->assign(cells, kNobody);
  for (auto* stamps : {&write_stamp_, &read_stamp_}) stamps->resize(cells);
}

void SharedShadow::start(uint32_t now) {
  std::memset(undefined_.data(), 0xff, bytes_);
  defined_zones_ = 0;
  if (!origins_.empty()) origins_.clear();
  all_synchronised(now);
}

void SharedShadow::all_synchronised(uint32_t now) {
  epoch_ = now;
  if (touched_first_ < touched_end_) {
    const size_t bytes = (touched_end_ - touched_first_) * sizeof(uint16_t);
    std::memset(writer_.data() + touched_first_, 0xff, bytes);
    std::memset(reader_.data() + touched_first_, 0xff, bytes);
  }
  touched_first_ = ~uint64_t{0};
  touched_end_ = 0;
  moments_.clear();
  kept_.start();
  readers_.clear();
  unrounded_.clear();
  kept_zones_ = written_zones_ = looked_through_ = 0;
}

uint32_t SharedShadow::stamp(uint32_t site, uint32_t time) {
  uint32_t& last = stamp_of_site_[site];
  if (last < moments_.size() && moments_[last].site == site && moments_[last].time == time) return last;
  // Warps that synchronise for ever with no block barrier: what is long ago is forgotten, not collected.
  if (moments_.size() >= kMaxMoments) all_synchronised(time);
  moments_.push_back({site, time});
  return last = static_cast<uint32_t>(moments_.size() - 1);
}

void SharedShadow::touch(uint64_t first_cell, uint64_t end_cell) {
  touched_first_ = std::min(touched_first_, first_cell);
  touched_end_ = std::max(touched_end_, end_cell);
}

bool SharedShadow::all_defined(uint64_t zones) {
  // A zone is looked through once between two barriers: most are filled before one and read after it.
  for (uint64_t m = zones & ~defined_zones_ & ~looked_through_; m != 0; m &= m - 1) {
    const uint64_t first = static_cast<uint64_t>(std::countr_zero(m)) << zone_shift_;
    if (!lane_memory().any_set(undefined_.data() + first, 1u << zone_shift_)) defined_zones_ |= m & -m;
    looked_through_ |= m & -m;
  }
  return (zones & ~defined_zones_) == 0;
}

uint32_t SharedShadow::undefined_lanes(const SharedAccess& access) {
  if (all_defined(zones(access.first, access.end))) return 0;
  if (access.consecutive &&
      !lane_memory().any_set(undefined_.data() + access.base + access.offsets[0], access.bytes * kLanes)) {
    return 0;
  }
  if (access.near && !lane_memory().any_set(undefined_.data() + access.first, kRowBytes)) return 0;
  uint32_t lanes = 0;
  for (uint32_t m = access.mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    const uint8_t* at = undefined_.data() + access.base + access.offsets[l];
    uint32_t any = 0;
    if (access.bytes == 4) {
      std::memcpy(&any, at, 4);
    } else {
      for (uint32_t i = 0; i < access.bytes; ++i) any |= at[i];
    }
    if (any != 0) lanes |= 1u << l;
    if (access.uniform) return any != 0 ? access.mask : 0;
  }
  return lanes;
}

void SharedShadow::read_cell(Warp& warp, uint64_t cell, int lane, const SharedAccess& access, uint32_t now_stamp) {
  const uint16_t me = thread_code(warp, lane);
  const uint16_t writer = writer_[cell];
  if (writer != kNobody && (writer & 0x3ffu) != me && !both_strong(warp, writer, access.strong, access.is_volatile) &&
      !ordered(warp, writer, moments_[write_stamp_[cell]].time, lane)) {
    report_race(warp, lane, cell << shift_, 1u << shift_, Race::read_written, "read", writer,
                moments_[write_stamp_[cell]].site);
  }
  const uint16_t reader = reader_[cell];
  const bool strong = access.strong;
  const uint16_t how = access.is_volatile ? kStrong | kVolatile : kStrong;
  uint16_t now = strong ? static_cast<uint16_t>(me | how) : me;
  if (reader != kNobody && (!is_thread(reader) || (reader & 0x3ffu) != me) &&
      !ordered(warp, reader, moments_[read_stamp_[cell]].time, lane)) {
    const bool was_strong = reader == kManyStrong || (is_thread(reader) && (reader & kStrong) != 0);
    const bool one_warp = reader != kManyWarps && reader != kManyStrong && warp_of(reader) == warp.index;
    now = strong && was_strong ? kManyStrong : one_warp ? static_cast<uint16_t>(kWholeWarp | warp.index) : kManyWarps;
  }
  reader_[cell] = now;
  read_stamp_[cell] = now_stamp;
}

void SharedShadow::write_cell(Warp& warp, uint64_t cell, int lane, bool atomic, const MemoryInfo* info, uint64_t offset,
                              uint32_t now_stamp) {
  const uint16_t me = thread_code(warp, lane);
  const uint32_t time = warp.block->clock;
  const bool is_volatile = info != nullptr && info->is_volatile;
  const uint16_t writer = writer_[cell];
  if (writer != kNobody && (writer & 0x3ffu) != me && !both_strong(warp, writer, atomic, is_volatile) &&
      !ordered(warp, writer, moments_[write_stamp_[cell]].time, lane)) {
    const Moment& then = moments_[write_stamp_[cell]];
    bool same = false;
    if (info != nullptr) {
      std::byte mine[64] = {}, theirs[64] = {};
      const uint32_t bytes = uint32_t{info->width} * info->elements;
      value_of(warp, *info, lane, mine);
      if (then.site == warp.pc && then.time == time && warp_of(writer) == warp.index) {
        value_of(warp, *info, writer % kLanes, theirs);  // the same instruction: not in memory yet
      } else {
        std::memcpy(theirs, warp.block->shared.data() + offset, bytes);
      }
      same = std::memcmp(mine, theirs, bytes) == 0;
    }
    const bool at_once = info != nullptr && then.site == warp.pc && warp.launch->program.replicas;
    if (!same && at_once && warp.launch->taint != nullptr) {
      const LaunchState& launch = *warp.launch;
      const Stored mine = unrounded_of(warp, cell, lane, *info, offset);
      const auto theirs = unrounded_.find(cell);
      launch.taint->wrote_at_once(launch.report.race_line(learners_pc(warp)),
                                  launch.program.shared[variable_at(launch, offset)].name,
                                  mine.known && theirs != unrounded_.end() && theirs->second == mine);
    }
    if (!same) {
      report_race(warp, lane, cell << shift_, 1u << shift_, at_once ? Race::at_once : Race::written_written,
                  atomic ? "atomically updated" : "wrote", writer, then.site);
    }
  }
  if (info != nullptr && warp.unrounded.in_use()) unrounded_[cell] = unrounded_of(warp, cell, lane, *info, offset);
  const uint16_t reader = reader_[cell];
  const bool me_alone = is_thread(reader) && (reader & 0x3ffu) == me;
  const bool strong_too = both_strong(warp, reader, atomic, is_volatile);
  if (reader != kNobody && !me_alone && !strong_too && !ordered(warp, reader, moments_[read_stamp_[cell]].time, lane)) {
    report_race(warp, lane, cell << shift_, 1u << shift_, Race::written_read, atomic ? "atomically updated" : "wrote",
                reader, moments_[read_stamp_[cell]].site);
  }
  const uint16_t how = is_volatile ? kStrong | kVolatile : kStrong;
  writer_[cell] = static_cast<uint16_t>(atomic ? me | how : me);
  write_stamp_[cell] = now_stamp;
}

/// What lane `lane` is about to store in a cell, before rounding.
SharedShadow::Stored SharedShadow::unrounded_of(const Warp& warp, uint64_t cell, int lane, const MemoryInfo& info,
                                                uint64_t offset) const {
  if (!warp.unrounded.in_use()) return {};
  const uint64_t element = ((cell << shift_) - offset) / info.width;
  const size_t row = (static_cast<size_t>(warp.registers - warp.file) + info.rows[element]) / kRowAlignment;
  if ((warp.unrounded.known(row) >> lane & 1) == 0) return {};
  return {true, warp.unrounded.at(row, lane)};
}

bool SharedShadow::read_words(const Warp& warp, uint32_t place, WordRow words, const uint8_t* within) {
  const uint64_t where = zones(place, place + (words == WordRow::same ? 4 : kRowBytes));
  if ((written_zones_ & where) != 0 || !quiet(warp) || !all_defined(where)) return false;
  if (warp.launch->taint != nullptr) return false;  // read() knows who reads
  if (!kept_.add_words(warp.pc, warp.block->clock, warp.index, place, words, within)) return false;
  kept_zones_ |= where;
  return true;
}

void SharedShadow::apply_kept(uint32_t now) {
  if (moments_.size() + kept_.all().size() >= kMaxMoments) return all_synchronised(now);  // as in stamp()
  for (const PlainRead& read : kept_.all()) apply(read);
  kept_.clear();
  kept_zones_ = 0;
}

bool SharedShadow::quiet(const Warp& warp) const {
  return warp.last_sync_time <= epoch_ && warp.block->partial_barrier_time <= epoch_;
}

/// For a plain read of a quiet() warp: who came first cannot matter.
void SharedShadow::read_by(uint32_t warp, uint64_t cell, uint16_t me, uint32_t now) {
  const uint16_t r = reader_[cell];
  const auto whole = static_cast<uint16_t>(kWholeWarp | warp);
  const bool alone = r == kNobody || (is_thread(r) && (r & 0x3ffu) == me);
  const bool mine = r == whole || (is_thread(r) && warp_of(r) == warp);
  reader_[cell] = alone ? me : mine ? whole : kManyWarps;
  read_stamp_[cell] = now;
}

void SharedShadow::apply(const PlainRead& read) {
  const uint32_t now = stamp(read.site, read.time);
  const uint32_t cells = std::max<uint32_t>(uint32_t{read.bytes} >> shift_, 1);
  if (read.kind == PlainRead::Kind::consecutive) {
    const uint64_t first = read.place >> shift_;
    touch(first, first + uint64_t{cells} * kLanes);
    if (lane_memory().claim_read(writer_.data() + first, reader_.data() + first, read_stamp_.data() + first,
                                 static_cast<uint32_t>(std::countr_zero(cells)), read.warp * kLanes, true, now)) {
      return;
    }
  }
  for (uint32_t m = read.mask; m != 0; m &= m - 1) {
    const auto l = static_cast<uint32_t>(std::countr_zero(m));
    const uint64_t first = kept_.place_of(read, l) >> shift_;
    touch(first, first + cells);
    for (uint64_t cell = first; cell < first + cells; ++cell) {
      read_by(read.warp, cell, static_cast<uint16_t>(read.warp * kLanes + l), now);
    }
  }
}

void SharedShadow::note_readers(const Warp& warp, const SharedAccess& access) {
  const LaunchState& launch = *warp.launch;
  const uint64_t first_byte = access.base + access.offsets[std::countr_zero(access.mask)];
  if (!launch.taint->watches(launch.program.shared[variable_at(launch, first_byte)].name)) return;
  const uint32_t cells = std::max<uint32_t>(access.bytes >> shift_, 1);
  for (uint32_t m = access.mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    const uint64_t first = (access.base + access.offsets[l]) >> shift_;
    const CellRead read{0, warp.pc, warp.block->clock, thread_code(warp, l), access.strong, access.is_volatile};
    for (uint64_t cell = first; cell < first + cells; ++cell) readers_.add(cell, read);
  }
}

void SharedShadow::ask_readers(Warp& warp, const SharedAccess& access, bool strong, bool is_volatile) {
  const LaunchState& launch = *warp.launch;
  const uint64_t first_byte = access.base + access.offsets[std::countr_zero(access.mask)];
  const std::string& name = launch.program.shared[variable_at(launch, first_byte)].name;
  const int64_t line = launch.report.race_line(learners_pc(warp));
  const uint32_t cells = std::max<uint32_t>(access.bytes >> shift_, 1);
  for (uint32_t m = access.mask; m != 0 && launch.taint->watches(name); m &= m - 1) {
    const int l = std::countr_zero(m);
    const uint64_t first = (access.base + access.offsets[l]) >> shift_;
    for (uint64_t cell = first; cell < first + cells; ++cell) {
      for (const CellRead& read : readers_.of(cell)) {
        const uint16_t how = read.is_volatile ? kStrong | kVolatile : kStrong;
        const auto who = static_cast<uint16_t>(read.strong ? read.thread | how : read.thread);
        if (read.thread == thread_code(warp, l) || both_strong(warp, who, strong, is_volatile)) continue;
        if (ordered(warp, who, read.time, l)) continue;
        if (warp_of(who) == warp.index && read.time < warp.met_time) {
          launch.taint->ordered(line, name);
        } else {
          launch.taint->race(line, name, read.site, {warp.block->linear, read.thread});
        }
      }
    }
  }
}

uint32_t SharedShadow::read(Warp& warp, const SharedAccess& access) {
  if (warp.launch->taint != nullptr) note_readers(warp, access);
  const bool plain = !access.strong && quiet(warp);
  const uint64_t where = zones(access.first, access.end);
  if (plain && (written_zones_ & where) == 0 && kept_.add(warp.pc, warp.block->clock, warp.index, access)) {
    kept_zones_ |= where;
    return undefined_lanes(access);
  }
  if ((kept_zones_ & where) != 0) apply_kept(warp.block->clock);
  read_cells(warp, access, plain);
  return undefined_lanes(access);
}

void SharedShadow::read_cells(Warp& warp, const SharedAccess& access, bool plain) {
  const uint32_t cells = std::max<uint32_t>(access.bytes >> shift_, 1);  // of each lane
  const uint32_t now = stamp(warp.pc, warp.block->clock);
  if (access.consecutive && !access.strong) {
    const uint64_t first = (access.base + access.offsets[0]) >> shift_;
    touch(first, first + uint64_t{cells} * kLanes);
    if (lane_memory().claim_read(writer_.data() + first, reader_.data() + first, read_stamp_.data() + first,
                                 static_cast<uint32_t>(std::countr_zero(cells)), warp.index * kLanes,
                                 warp.full_sync_time <= epoch_, now)) {
      return;
    }
  } else if (access.uniform && !access.strong && std::popcount(access.mask) > 1) {
    const uint64_t first = (access.base + access.offsets[std::countr_zero(access.mask)]) >> shift_;
    touch(first, first + cells);
    const auto all = static_cast<uint16_t>(kWholeWarp | warp.index);
    bool unwritten = true;
    for (uint32_t i = 0; i < cells; ++i) unwritten = unwritten && writer_[first + i] == kNobody;
    if (unwritten) {
      for (uint32_t i = 0; i < cells; ++i) {
        uint16_t& r = reader_[first + i];
        r = r == kNobody || (r != kManyWarps && r != kManyStrong && warp_of(r) == warp.index) ? all : kManyWarps;
        read_stamp_[first + i] = now;
      }
      return;
    }
  }
  for (uint32_t m = access.mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    const uint64_t first = (access.base + access.offsets[l]) >> shift_;
    touch(first, first + cells);
    const uint16_t me = thread_code(warp, l);
    for (uint64_t cell = first; cell < first + cells; ++cell) {
      const uint16_t w = writer_[cell];
      if (!plain || (w != kNobody && w != me)) {
        read_cell(warp, cell, l, access, now);
      } else {
        read_by(warp.index, cell, me, now);
      }
    }
  }
}

void SharedShadow::write(Warp& warp, const SharedAccess& access, const MemoryInfo* info) {
  if (warp.launch->taint != nullptr) ask_readers(warp, access, access.strong, info != nullptr && info->is_volatile);
  const uint64_t where = zones(access.first, access.end);
  if ((kept_zones_ & where) != 0) apply_kept(warp.block->clock);
  const uint32_t cells = std::max<uint32_t>(access.bytes >> shift_, 1);
  const uint32_t now = stamp(warp.pc, warp.block->clock);
  written_zones_ |= where;  // only now: stamp() may forget everything
  bool done = false;
  if (access.consecutive) {
    const uint64_t first = (access.base + access.offsets[0]) >> shift_;
    touch(first, first + uint64_t{cells} * kLanes);
    done = !access.strong && warp.launch->taint == nullptr &&
           lane_memory().claim_write(writer_.data() + first, reader_.data() + first, write_stamp_.data() + first,
                                     static_cast<uint32_t>(std::countr_zero(cells)), warp.index * kLanes, now);
    std::memset(undefined_.data() + access.base + access.offsets[0], 0, size_t{access.bytes} * kLanes);
    if (done) return;
  }
  for (uint32_t m = access.mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    const uint64_t first = (access.base + access.offsets[l]) >> shift_;
    touch(first, first + cells);
    for (uint32_t i = 0; i < cells; ++i) {
      write_cell(warp, first + i, l, access.strong, info, access.base + access.offsets[l], now);
    }
    std::memset(undefined_.data() + access.base + access.offsets[l], 0, access.bytes);
  }
}

void SharedShadow::mark_undefined(const SharedAccess& access, uint32_t lanes) {
  defined_zones_ &= ~zones(access.first, access.end);
  for (uint32_t m = lanes; m != 0; m &= m - 1) {
    std::memset(undefined_.data() + access.base + access.offsets[std::countr_zero(m)], 0xff, access.bytes);
  }
}

bool SharedShadow::atomic(Warp& warp, uint64_t offset, uint32_t bytes, int lane) {
  const uint32_t cells = std::max<uint32_t>(bytes >> shift_, 1);
  const uint64_t first = offset >> shift_;
  const uint64_t where = uint64_t{1} << (offset >> zone_shift_);
  if ((kept_zones_ & where) != 0) apply_kept(warp.block->clock);
  const uint32_t now = stamp(warp.pc, warp.block->clock);
  written_zones_ |= where;
  touch(first, first + cells);
  if (warp.launch->taint != nullptr) {
    uint64_t offsets[kLanes] = {};
    offsets[lane] = offset;
    ask_readers(warp, {offsets, bytes, 1u << lane}, true, false);
  }
  for (uint32_t i = 0; i < cells; ++i) write_cell(warp, first + i, lane, true, nullptr, offset, now);
  return any_undefined(undefined_.data() + offset, bytes);
}

}  // namespace vgpu
