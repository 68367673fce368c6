#include "vgpu/machine/instructions/async_copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "vgpu/machine/checks/definedness.h"
#include "vgpu/machine/checks/lane_access.h"
#include "vgpu/machine/checks/region.h"
#include "vgpu/machine/instructions/load_store.h"
#include "vgpu/machine/instructions/mbarrier.h"
#include "vgpu/machine/memory/address.h"

namespace vgpu {

namespace {

AsyncCopies& copies_of(Warp& warp) {
  Block& block = *warp.block;
  if (!block.copies) {
    block.copies = std::make_shared<AsyncCopies>(static_cast<uint32_t>(block.shared.size()), block.threads);
  }
  return *block.copies;
}

const Visibility* visibility_of(const Block& block) { return block.mbarriers ? &block.mbarriers->visibility : nullptr; }

uint32_t thread_number(const Warp& warp, int lane) { return warp.index * kLanes + static_cast<uint32_t>(lane); }

/// Offset into a block's shared storage of an address in the shared window; past its end where there is nothing.
uint64_t storage_offset(const Warp& warp, uint64_t address) {
  const Region region = region_of(warp, ptx::Space::shared, address);
  const uint64_t offset = address - region.base;
  return offset < region.bytes ? region.shared + offset : ~uint64_t{0};
}

/// Reads the first `size` bytes of a lane's source, fewer than a whole copy.
void read_part(Warp& warp, const AsyncCopyInfo& info, int lane, uint32_t size) {
  MemoryInfo byte = info.from;
  byte.width = 1;
  byte.elements = 1;
  for (uint32_t i = 0; i < size; ++i, ++byte.offset) {
    bool undefined = false;
    const std::byte* host = resolve_lane(warp, byte, lane, 1, Use::read, &undefined);
    if (host == nullptr) return;
    const uint32_t row = info.from.rows[i / 4];
    char* lane_bytes = warp.registers + row + 4 * lane;
    if (undefined) {
      if (!warp.tracking) start_tracking(warp);
      set_undefined(warp, row, 1u << lane, 1u << lane);
      origins_of(warp, row)[lane] = origin_of_read(warp, byte, lane, 0, 1);
    }
    std::memcpy(lane_bytes + i % 4, host, 1);
  }
}

}  // namespace

AsyncCopies::AsyncCopies(uint32_t shared_bytes, uint32_t threads) : threads_(threads), words_((shared_bytes + 3) / 4) {}

void AsyncCopies::start(uint32_t thread, uint32_t offset, uint32_t bytes, uint32_t pc, uint32_t now) {
  for (uint32_t w = offset / 4; w < (offset + bytes) / 4; ++w)
    words_[w] = {thread, threads_[thread].committed, pc, now};
}

void AsyncCopies::wait(uint32_t thread, uint32_t left, uint32_t now, const std::vector<uint32_t>& barrier_time) {
  Thread& t = threads_[thread];
  const uint32_t waited = t.committed > left ? t.committed - left : 0;
  if (waited <= t.waited) return;
  if (barrier_time[thread] > t.wait_time) t.settled = t.waited;
  t.waited = waited;
  t.wait_time = now;
}

AsyncCopies::Copy AsyncCopies::find(uint32_t thread, uint64_t offset, uint32_t bytes,
                                    const std::vector<uint32_t>& barrier_time, const Visibility* visibility) const {
  const uint64_t end = std::min<uint64_t>((offset + bytes + 3) / 4, words_.size());
  for (uint64_t w = offset / 4; w < end; ++w) {
    const Word& word = words_[w];
    if (word.thread == kNone) continue;
    if (visibility != nullptr && visibility->sees_copies(thread, word.thread, word.time)) continue;
    const Thread& owner = threads_[word.thread];
    const auto both_passed_since = [&](uint32_t time) {
      if (barrier_time[word.thread] > time && barrier_time[thread] > time) return true;
      return visibility != nullptr && visibility->sees(thread, word.thread, time);
    };
    const bool same_warp = word.thread / kLanes == thread / kLanes;
    if (!same_warp && !both_passed_since(word.time)) continue;
    if (word.group >= owner.waited) return {State::not_waited, word.thread, word.pc};
    if (same_warp) continue;
    if (word.group >= (both_passed_since(owner.wait_time) ? owner.waited : owner.settled))
      return {State::no_barrier, word.thread, word.pc};
  }
  return {};
}

void async_copy_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const AsyncCopyInfo*>(inst.info);
  // Addresses first: nothing here writes a register that the kernel sees.
  uint32_t whole = mask, part = 0;
  if (info.size != kNone) {
    const uint32_t* size = row_at<uint32_t>(warp.registers, info.size);
    for (uint32_t m = mask; m != 0; m &= m - 1) {
      const int l = std::countr_zero(m);
      if (size[l] >= info.bytes) continue;
      whole &= ~(1u << l);
      if (size[l] != 0) part |= 1u << l;
    }
  }
  if (info.ignore != kNone) {
    const uint32_t ignore = *row_at<uint32_t>(warp.registers, info.ignore);
    whole &= info.ignore_negated ? ignore : ~ignore;
  }
  if (whole != mask) {
    for (uint32_t e = 0; e < info.bytes / 4; ++e) {
      std::memset(warp.registers + info.from.rows[e], 0, 4 * kLanes);
      set_undefined(warp, info.from.rows[e], kFullMask, 0);
    }
  }
  access_memory(warp, info.from, whole, true);
  for (uint32_t m = part; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    read_part(warp, info, l, row_at<uint32_t>(warp.registers, info.size)[l]);
  }
  access_memory(warp, info.to, mask, false);
  AsyncCopies& copies = copies_of(warp);
  const uint64_t storage = warp.block->shared.size();
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    const uint64_t offset = storage_offset(warp, address_of(warp, info.to, l));
    // Outside: store_step has reported it.
    if (offset % 4 != 0 || offset >= storage || info.bytes > storage - offset) continue;
    copies.start(thread_number(warp, l), static_cast<uint32_t>(offset), info.bytes, warp.pc, warp.block->clock);
  }
}

void async_commit_step(Warp& warp, const Inst&, uint32_t mask) {
  AsyncCopies& copies = copies_of(warp);
  for (uint32_t m = mask; m != 0; m &= m - 1) copies.commit(thread_number(warp, std::countr_zero(m)));
}

void async_wait_step(Warp& warp, const Inst& inst, uint32_t mask) {
  AsyncCopies& copies = copies_of(warp);
  const auto left = static_cast<uint32_t>(inst.rows.imm);
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    copies.wait(thread_number(warp, std::countr_zero(m)), left, warp.block->clock, warp.block->barrier_time);
  }
}

void async_wait_all_step(Warp& warp, const Inst&, uint32_t mask) {
  AsyncCopies& copies = copies_of(warp);
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const uint32_t thread = thread_number(warp, std::countr_zero(m));
    copies.commit(thread);
    copies.wait(thread, 0, warp.block->clock, warp.block->barrier_time);
  }
}

bool pending_copy_overlaps(const Warp& warp, int lane, uint32_t address, uint32_t bytes) {
  if (!warp.block->copies) return false;
  const uint64_t offset = storage_offset(warp, address);
  if (offset == ~uint64_t{0}) return false;
  return warp.block->copies
             ->find(thread_number(warp, lane), offset, bytes, warp.block->barrier_time, visibility_of(*warp.block))
             .state != AsyncCopies::State::readable;
}

void check_pending_copies(Warp& warp, const MemoryInfo& info, uint32_t mask) {
  const AsyncCopies& copies = *warp.block->copies;
  const uint32_t bytes = uint32_t{info.width} * info.elements;
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    uint64_t address = address_of(warp, info, l);
    if (info.space == ptx::Space::generic) {
      if (address >> kSlotBits != kSharedSlot) continue;
      address -= slot_base(kSharedSlot);
    }
    const uint64_t offset = storage_offset(warp, address);
    if (offset == ~uint64_t{0}) continue;
    const AsyncCopies::Copy copy =
        copies.find(thread_number(warp, l), offset, bytes, warp.block->barrier_time, visibility_of(*warp.block));
    if (copy.state == AsyncCopies::State::readable) continue;
    const std::string line = line_text(*warp.launch, copy.pc);
    Incident incident;
    incident.kind = Finding::Kind::race;
    if (copy.state == AsyncCopies::State::not_waited) {
      incident.text = fmt::format("read before cp.async.wait: the copy started at {} is not yet waited for", line);
      incident.cause = copy.thread == thread_number(warp, l)
                           ? "is the wait missing, or are more groups left under way than intended?"
                           : "another thread copies these bytes: it has to wait for its copies, then a barrier";
    } else {
      incident.text = fmt::format(
          "read of what another thread copies (cp.async at {}) with no barrier since that thread's wait", line);
      incident.cause = "a thread's wait is for its own copies: __syncthreads() after it makes them everybody's";
    }
    report_lane(warp, l, incident);
  }
}

}  // namespace vgpu
