#include "vgpu/machine/instructions/mbarrier.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "vgpu/machine/checks/definedness.h"
#include "vgpu/machine/checks/lane_access.h"
#include "vgpu/machine/memory/address.h"
#include "vgpu/machine/warp.h"

namespace vgpu {

namespace {

constexpr uint32_t kMostArrivals = (1u << 20) - 1;  // PTX ISA, "Contents of the mbarrier object"
constexpr uint32_t kBytes = 8;

/// Phase, expected and pending arrivals: the object's bits, and the state that an arrival gives.
uint64_t bits_of(const MBarrier& barrier) {
  return uint64_t{barrier.phase} << 40 | uint64_t{barrier.expected} << 20 | barrier.pending;
}
uint32_t phase_of(uint64_t state) { return static_cast<uint32_t>(state >> 40); }
uint32_t pending_of(uint64_t state) { return static_cast<uint32_t>(state & kMostArrivals); }

void report(Warp& warp, int lane, std::string text, std::string cause) {
  Incident incident;
  incident.kind = Finding::Kind::barrier;
  incident.text = std::move(text);
  incident.cause = std::move(cause);
  report_lane(warp, lane, incident);
}

uint32_t thread_in_block(const Warp& warp, int lane) { return warp.index * kLanes + static_cast<uint32_t>(lane); }

void complete_phase(MBarrier& barrier) {
  ++barrier.phase;
  barrier.pending = barrier.expected;
  // Who waits for a later phase has what the earlier ones passed on as well.
  Visibility::Passed& passed = barrier.passed;
  passed.work.resize(barrier.passing.work.size());
  passed.copies.resize(barrier.passing.copies.size());
  for (size_t i = 0; i < passed.work.size(); ++i) {
    passed.work[i] = std::max(passed.work[i], barrier.passing.work[i]);
    passed.copies[i] = std::max(passed.copies[i], barrier.passing.copies[i]);
  }
  barrier.passing = {};
}

/// Takes `count` off what the phase waits for. False, after a report, where that is not possible.
bool arrive(Warp& warp, int lane, MBarrier& barrier, uint32_t count, bool no_complete) {
  if (count == 0 || count > barrier.pending) {
    report(warp, lane,
           fmt::format("arrives {} times at an mbarrier whose phase waits for {} more of {} arrivals", count,
                       barrier.pending, barrier.expected),
           "do more threads arrive in a phase than the count that it was initialised with?");
    return false;
  }
  if (no_complete && count == barrier.pending) {
    report(warp, lane, "arrives last at an mbarrier, with .noComplete, which may not complete the phase",
           "the last arrival of a phase must be one without .noComplete");
    return false;
  }
  barrier.pending -= count;
  if (barrier.pending == 0) complete_phase(barrier);
  return true;
}

void init(Warp& warp, const MBarrierInfo& info, int lane, uint64_t offset, std::byte* host) {
  const uint32_t count = row_at<uint32_t>(warp.registers, info.a)[lane];
  if (count == 0 || count > kMostArrivals) {
    report(warp, lane,
           fmt::format("initialises an mbarrier for {} arrivals: 1 to {} are possible", count, kMostArrivals),
           "the count is the number of arrivals that complete a phase, mostly the block's threads");
    return;
  }
  MBarrier& barrier = mbarriers_of(*warp.block).at[offset] = {};
  barrier.expected = barrier.pending = count;
  const uint64_t bits = bits_of(barrier);
  std::memcpy(host, &bits, kBytes);
}

void set_predicate(Warp& warp, uint32_t row, int lane, bool value) {
  uint32_t* bits = row_at<uint32_t>(warp.registers, row);
  *bits = value ? *bits | 1u << lane : *bits & ~(1u << lane);
}

/// Whether the phase that a lane waits for is complete; then it takes what was passed on.
bool test_wait(Warp& warp, const MBarrierInfo& info, int lane, MBarrier& barrier, uint32_t now) {
  const bool complete = info.parity ? (barrier.phase & 1) != (row_at<uint32_t>(warp.registers, info.a)[lane] & 1)
                                    : barrier.phase != phase_of(row_at<uint64_t>(warp.registers, info.a)[lane]);
  if (!complete) return false;
  mbarriers_of(*warp.block).visibility.take(thread_in_block(warp, lane), now, barrier.passed);
  warp.block->partial_barrier_time = now;
  return true;
}

}  // namespace

MBarriers& mbarriers_of(Block& block) {
  if (!block.mbarriers) block.mbarriers = std::make_shared<MBarriers>(block.threads);
  return *block.mbarriers;
}

void order_by_word(Warp& warp, int lane, uint64_t offset, bool releases, bool acquires) {
  Block& block = *warp.block;
  MBarriers& known = mbarriers_of(block);
  const uint32_t thread = thread_in_block(warp, lane), now = block.tick();
  Visibility::Passed& word = known.words[offset];
  if (acquires) {
    known.visibility.take(thread, now, word);
    block.partial_barrier_time = now;
  }
  if (releases) known.visibility.pass_on(thread, now, word);
}

void mbarrier_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MBarrierInfo*>(inst.info);
  Block& block = *warp.block;
  const uint32_t now = block.tick();
  const bool writes = info.op == MBarrierOp::init || info.op == MBarrierOp::inval;
  bool waits = info.op == MBarrierOp::test_wait;
  warp.waits_at = 0;
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int lane = std::countr_zero(m);
    bool undefined = false;
    std::byte* host = resolve_lane(warp, info.memory, lane, kBytes, writes ? Use::write : Use::atomic, &undefined);
    if (info.op == MBarrierOp::test_wait) set_predicate(warp, info.d, lane, true);  // no endless wait after a fault
    if (host == nullptr) continue;
    const auto offset = static_cast<uint64_t>(host - block.shared.data());
    if (info.op == MBarrierOp::init) {
      init(warp, info, lane, offset, host);
      continue;
    }
    auto& known = mbarriers_of(block).at;
    const auto found = known.find(offset);
    if (found == known.end()) {
      report(warp, lane, "uses an mbarrier that was not initialised",
             "one thread initialises it, init(&bar, count), and a __syncthreads() follows before others use it");
      waits = false;
      continue;
    }
    if (info.op == MBarrierOp::inval) {
      known.erase(found);
      continue;
    }
    MBarrier& barrier = found->second;
    const uint64_t before = bits_of(barrier);
    const uint32_t thread = thread_in_block(warp, lane);
    const uint32_t count =
        info.a == kNone || info.op == MBarrierOp::test_wait ? 1 : row_at<uint32_t>(warp.registers, info.a)[lane];
    Visibility& visibility = block.mbarriers->visibility;
    switch (info.op) {
      case MBarrierOp::test_wait: {
        const bool complete = test_wait(warp, info, lane, barrier, now);
        set_predicate(warp, info.d, lane, complete);
        waits = waits && !complete;
        if (!complete) warp.waits_at = offset + 1;
        continue;
      }
      case MBarrierOp::async_arrive:  // counts up for the copies, and down again when they are done: at once
        visibility.pass_on_copies(thread, now, barrier.passing);
        continue;
      case MBarrierOp::async_arrive_no_increase:
        visibility.pass_on_copies(thread, now, barrier.passing);
        break;
      default:
        visibility.pass_on(thread, now, barrier.passing);
        break;
    }
    if (info.op == MBarrierOp::drop) barrier.expected -= std::min(count, barrier.expected);
    arrive(warp, lane, barrier, count, info.no_complete);
    const uint64_t after = bits_of(barrier);
    std::memcpy(host, &after, kBytes);
    if (info.d != kNone) row_at<uint64_t>(warp.registers, info.d)[lane] = before;
  }
  if (info.d != kNone) set_undefined(warp, info.d, mask, 0);
  if (info.op == MBarrierOp::test_wait) warp.idle = waits;
}

void mbarrier_pending_count_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const uint64_t* state = row_at<uint64_t>(warp.registers, inst.rows.s[0]);
  uint32_t* count = row_at<uint32_t>(warp.registers, inst.rows.d[0]);
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int lane = std::countr_zero(m);
    count[lane] = pending_of(state[lane]);
  }
  set_undefined(warp, inst.rows.d[0], mask, 0);
}

std::string missing_arrivals(const Warp& warp) {
  if (warp.waits_at == 0 || !warp.block->mbarriers) return "";
  const auto found = warp.block->mbarriers->at.find(warp.waits_at - 1);
  if (found == warp.block->mbarriers->at.end()) return "";
  return fmt::format("threads wait at this mbarrier for ever: {} of the {} arrivals of its phase are missing",
                     found->second.pending, found->second.expected);
}

}  // namespace vgpu
