#include "vgpu/machine/global_shadow.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

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
  return block.barrier_time[me] > time && block.barrier_time[who] > time;
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
  const bool across = block != warp.block->linear + 1;
  const Place other = place_of(launch.program, site);
  Incident incident;
  incident.kind = Finding::Kind::race;
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
  incident.text = fmt::format("{} {}[{}], which {} {} at line {} with {} between", now, buffer.name,
                              offset / std::max<uint32_t>(buffer.element_bytes, 1), who, before, other.line,
                              across ? "nothing that orders the blocks" : "no barrier");
  const bool same_line = site == warp.pc;
  incident.cause =
      across ? (same_line ? "several blocks write the same element: is the index meant to differ, or an atomic needed?"
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

void conflict(LaunchState& launch) {
  launch.conflict.store(true, std::memory_order_relaxed);
  launch.abort.store(true, std::memory_order_relaxed);
}

}  // namespace

GlobalShadow::GlobalShadow(uint64_t bytes, uint32_t cell_bytes)
    : shift_(static_cast<uint32_t>(std::countr_zero(cell_bytes))),
      // calloc's pages come from the system as zeros and only when they are touched: a vector would touch them all.
      cells_(static_cast<GlobalCell*>(std::calloc((bytes >> shift_) + 1, sizeof(GlobalCell)))) {
  if (!cells_) throw std::bad_alloc();
}

void GlobalShadow::touch(Warp& warp, const Buffer& buffer, uint64_t offset, uint32_t bytes, int lane, bool write,
                         bool strong, const MemoryInfo* values) {
  LaunchState& launch = *warp.launch;
  const uint32_t mine = static_cast<uint32_t>(warp.block->linear) + 1;
  const auto me = static_cast<uint16_t>(warp.index * kLanes + static_cast<uint32_t>(lane));
  const uint32_t time = warp.block->clock;
  for (uint64_t c = offset >> shift_; c <= (offset + bytes - 1) >> shift_; ++c) {
    GlobalCell& cell = cells_[c];
    std::atomic_ref<uint32_t> write_block(cell.write_block), read_block(cell.read_block);
    const uint32_t wrote = write_block.load(std::memory_order_relaxed);
    const uint32_t read = read_block.load(std::memory_order_relaxed);
    if (launch.parallel) {
      // In doubt the blocks are run again in order, where what is a race and what is not is judged.
      if ((wrote != 0 && wrote != mine) || (write && read != 0 && read != mine)) return conflict(launch);
      uint32_t nobody = 0;
      if (write && !write_block.compare_exchange_strong(nobody, mine) && nobody != mine) return conflict(launch);
      nobody = 0;
      if (!write && !read_block.compare_exchange_strong(nobody, mine) && nobody != mine) {
        read_block.store(kManyBlocks);
      }
      // The other kind of access may have come in between the first look and the claim.
      const uint32_t other = write ? read_block.load() : write_block.load();
      if (other != 0 && other != mine) return conflict(launch);
    }
    const auto races_with = [&](uint32_t block, uint16_t thread, uint32_t then, bool was_strong) {
      if (block == 0 || (strong && was_strong)) return false;
      if (block == mine) return !ordered_in_block(warp, thread, then, lane);
      return !ordered_across_blocks(warp, block, then);
    };
    if (races_with(wrote, cell.writer, cell.write_time, cell.write_strong != 0)) {
      bool harmless = false;
      if (write && values != nullptr) {
        const bool now = wrote == mine && cell.write_site == warp.pc && cell.write_time == time &&
                         cell.writer / kLanes == warp.index;
        harmless = now ? same_as_lane(warp, *values, lane, cell.writer % kLanes)
                       : stores_what_is_there(warp, *values, buffer, offset, lane);
      }
      if (!harmless)
        report(warp, buffer, offset, lane, write ? "wrote" : "read", "wrote", wrote, cell.writer, cell.write_site);
    }
    if (write && races_with(read, cell.reader, cell.read_time, cell.read_strong != 0)) {
      report(warp, buffer, offset, lane, "wrote", "read", read, cell.reader, cell.read_site);
    }
    if (write) {
      // A block's plain store is not hidden by its own atomics that follow: other blocks still race with it.
      if (strong && wrote == mine && cell.write_strong == 0) continue;
      if (!launch.parallel) cell.write_block = mine;
      cell.write_site = warp.pc;
      cell.write_time = time;
      cell.writer = me;
      cell.write_strong = strong;
    } else {
      // Several readers: the last one stands for them, but another block is remembered.
      if (!launch.parallel) cell.read_block = read == 0 || read == mine ? mine : kManyBlocks;
      cell.read_site = warp.pc;
      cell.read_time = time;
      cell.reader = me;
      cell.read_strong = strong;
    }
  }
}

}  // namespace vgpu
