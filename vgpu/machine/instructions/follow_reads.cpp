#include "vgpu/machine/instructions/follow_reads.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "vgpu/machine/checks/definedness.h"
#include "vgpu/machine/checks/lane_access.h"
#include "vgpu/machine/checks/region.h"
#include "vgpu/machine/instructions/atomic.h"
#include "vgpu/machine/instructions/collective.h"
#include "vgpu/machine/instructions/follow_rounding.h"
#include "vgpu/machine/instructions/load_store.h"

namespace vgpu {

namespace {

/// The lanes of a row in which something is followed.
uint32_t& lanes_of(Warp& warp, uint32_t row) { return warp.followed[row_number(warp, row)]; }
/// What, lane by lane.
Followed* sets_of(Warp& warp, uint32_t row) { return warp.follows.data() + row_number(warp, row) * kLanes; }

void put(Warp& warp, uint32_t row, int lane, const Followed& set) {
  const uint32_t bit = 1u << lane;
  uint32_t& lanes = lanes_of(warp, row);
  lanes = set.reads != 0 ? lanes | bit : lanes & ~bit;
  sets_of(warp, row)[lane] = set;
}

/// Something new is in these lanes, of which nothing is followed.
void clear(Warp& warp, uint32_t row, uint32_t mask) {
  if (row == kNone) return;
  lanes_of(warp, row) &= ~mask;
  if (warp.unrounded.in_use()) warp.unrounded.forget(row_number(warp, row), mask);
}

Followed set_at(Warp& warp, uint32_t row, int lane) {
  return (lanes_of(warp, row) >> lane & 1) != 0 ? sets_of(warp, row)[lane] : Followed{};
}

/// Whatever is in these lanes of a row has been used.
void use(Warp& warp, uint32_t row, uint32_t mask) {
  if (row == kNone) return;
  for (uint32_t m = lanes_of(warp, row) & mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    warp.launch->taint->used(warp, sets_of(warp, row)[l]);
  }
}

/// An instruction that is not known here uses whatever there is.
void use_all(Warp& warp, uint32_t mask) {
  for (size_t number = 0; number < warp.followed.size(); ++number) {
    for (uint32_t m = warp.followed[number] & mask; m != 0; m &= m - 1) {
      const int l = std::countr_zero(m);
      warp.launch->taint->used(warp, warp.follows[number * kLanes + static_cast<size_t>(l)]);
    }
  }
  if (warp.unrounded.in_use()) warp.unrounded.forget_all(mask);
}

/// A lane's address, the same whether it is generic or not.
uint64_t place_of_lane(const Warp& warp, const MemoryInfo& info, int lane) {
  const uint64_t address = address_of(warp, info, lane);
  const Region region = region_of(warp, info.space, address);
  return region.is_shared ? slot_base(kSharedSlot) + region.shared + (address - region.base) : address;
}

uint64_t value_of(const Warp& warp, uint32_t row, uint32_t register_bytes, uint32_t width, int lane) {
  uint64_t value = 0;
  std::memcpy(&value, warp.registers + row + static_cast<uint32_t>(lane) * register_bytes,
              std::min<size_t>(std::min(width, register_bytes), sizeof(value)));
  return value;
}

FollowedRead& read_of(Warp& warp, int site, int lane) {
  return warp.followed_reads[static_cast<size_t>(site * kLanes + lane)];
}

void add(Followed& to, const Followed& more) {
  to.reads |= more.reads;
  to.lanes |= more.lanes;
}

void follow_lane_op(Warp& warp, const Inst& inst, uint32_t pc, uint32_t mask) {
  const OpRows& r = inst.rows;
  uint32_t of_source[4];
  for (int s = 0; s < 4; ++s) of_source[s] = lanes_of(warp, r.s[s]);
  uint32_t lanes = carried_lanes(warp, inst, of_source);
  uint32_t guard = 0;
  if (inst.guard != kNone) guard = lanes_of(warp, inst.guard);
  uint32_t chosen = 0;
  for (uint32_t m = warp.launch->program.replicas ? mask : 0; m != 0; m &= m - 1) {
    uint32_t& until = warp.chosen_until[std::countr_zero(m)];
    if (pc < until) {
      chosen |= m & -m;
    } else {
      until = 0;
    }
  }
  lanes = (lanes | guard | chosen) & mask;
  Followed sets[kLanes] = {};
  for (uint32_t m = lanes; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    Followed set;
    bool swap_result = false;
    for (int s = 0; s < 4; ++s) {
      if ((of_source[s] >> l & 1) == 0) continue;
      const Followed& more = sets_of(warp, r.s[s])[l];
      swap_result = swap_result || (more.reads & RaceTaint::kSwapResult) != 0;
      add(set, more);
    }
    if (inst.carry != Carry::copy) set.reads &= ~RaceTaint::kSwapResult;
    // "Has the swap failed?"
    if (inst.carry == Carry::equality && swap_result) set = {};
    if ((guard >> l & 1) != 0) {
      const Followed& decides = sets_of(warp, inst.guard)[l];
      set.reads |= decides.reads & ~RaceTaint::kSwapResult;
      set.lanes |= decides.lanes;
    }
    if ((chosen >> l & 1) != 0) add(set, warp.chosen_by[l]);
    sets[l] = set;
  }
  for (const uint32_t d : r.d) {
    if (d == kNoDestination || d == kNoSource) continue;
    lanes_of(warp, d) &= ~mask;
    for (uint32_t m = lanes; m != 0; m &= m - 1) put(warp, d, std::countr_zero(m), sets[std::countr_zero(m)]);
  }
}

/// The reads of which the last one of a lane was of this place.
uint32_t reads_of_place(Warp& warp, uint64_t place, uint32_t bytes, int lane) {
  uint32_t reads = 0;
  for (int site = 0; site < static_cast<int>(RaceTaint::kMostSites); ++site) {
    const FollowedRead& read = read_of(warp, site, lane);
    if (read.bytes == bytes && read.address == place) reads |= 1u << site;
  }
  return reads;
}

/// Of what a swap compares with, the reads that it verifies: of this very place, and this very value.
uint32_t verified_by(Warp& warp, const AtomicInfo& info, int lane) {
  const uint32_t bytes = info.memory.width;
  const uint64_t place = place_of_lane(warp, info.memory, lane);
  const uint64_t value = value_of(warp, info.b, bytes, bytes, lane);
  uint32_t verified = 0;
  const Followed compared = set_at(warp, info.b, lane);
  if (compared.lanes != 1u << lane) return 0;  // what another lane has read
  for (uint32_t m = compared.reads & ~RaceTaint::kSwapResult; m != 0; m &= m - 1) {
    const FollowedRead& read = read_of(warp, std::countr_zero(m), lane);
    if (read.address == place && read.bytes == bytes && read.value == value) verified |= m & -m;
  }
  return verified;
}

void follow_atomic(Warp& warp, const AtomicInfo& info, uint32_t pc, uint32_t mask) {
  if (info.memory.base != kNone) use(warp, info.memory.base, mask);
  RaceTaint& taint = *warp.launch->taint;
  if (info.op != AtomicOp::cas) {
    use(warp, info.b, mask);
    clear(warp, info.result, mask);
    const bool one_way =
        info.op == AtomicOp::min || info.op == AtomicOp::max || info.op == AtomicOp::and_ || info.op == AtomicOp::or_;
    for (uint32_t m = one_way ? mask : 0; m != 0; m &= m - 1) {
      const int l = std::countr_zero(m);
      const uint32_t reads = reads_of_place(warp, place_of_lane(warp, info.memory, l), info.memory.width, l);
      if (reads != 0) taint.compared(warp, l, reads, pc);
    }
    return;
  }
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    const uint32_t verified = verified_by(warp, info, l);
    for (const uint32_t row : {info.b, info.c}) {
      Followed set = set_at(warp, row, l);
      if (set.lanes == 1u << l) set.reads &= ~verified;
      taint.used(warp, set);
    }
    if (verified != 0) taint.compared(warp, l, verified, pc);
    warp.verified[l] = verified;
    warp.expected[l] = value_of(warp, info.b, info.memory.width, info.memory.width, l);
  }
}

/// The swap is done: where it has succeeded, the value was the one that lay there.
void after_swap(Warp& warp, const AtomicInfo& info, uint32_t mask) {
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    const uint32_t verified = warp.verified[l];
    if (info.result == kNone) continue;
    const uint64_t old = value_of(warp, info.result, info.memory.width, info.memory.width, l);
    if (verified != 0 && old == warp.expected[l]) {
      for (size_t number = 0; number < warp.followed.size(); ++number) {
        if ((warp.followed[number] >> l & 1) == 0) continue;
        Followed& set = warp.follows[number * kLanes + static_cast<size_t>(l)];
        if (set.lanes == 1u << l) set.reads &= ~verified;
        if (set.reads == 0) warp.followed[number] &= ~(1u << l);
      }
    }
    put(warp, info.result, l, {verified != 0 ? RaceTaint::kSwapResult : 0, 1u << l});
  }
}

bool loads(const Inst& inst) {
  return inst.step == load_step || inst.step == load_shared_word_step || inst.step == load_and_look_step;
}

/// Whether a branch goes forward over a few instructions that compute and do nothing else.
bool skips_arithmetic(const Warp& warp, const Inst& inst, uint32_t pc) {
  constexpr uint32_t kMostSkipped = 64;
  if (inst.target <= pc || inst.target - pc > kMostSkipped) return false;
  const Inst* code = warp.launch->program.code.data();
  return std::all_of(code + pc + 1, code + inst.target, [](const Inst& each) { return each.code == Code::lane; });
}

/// What is computed there hangs on the branch, in lanes that come to it and in those that skip it.
void follow_choice(Warp& warp, const Inst& inst, uint32_t pc, uint32_t lanes) {
  for (uint32_t m = lanes; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    const Followed by = sets_of(warp, inst.guard)[l];
    if (warp.chosen_until[l] <= pc) warp.chosen_by[l] = {};
    add(warp.chosen_by[l], by);
    warp.chosen_until[l] = std::max(warp.chosen_until[l], inst.target);
    for (uint32_t at = pc + 1; at < inst.target; ++at) {
      for (const uint32_t d : warp.launch->program.code[at].rows.d) {
        if (d == kNoDestination || d == kNoSource) continue;
        Followed set = set_at(warp, d, l);
        add(set, by);
        put(warp, d, l, set);
      }
    }
  }
}

/// A shuffle of lanes that all execute it together: each gets what its source lane has.
void follow_shuffle(Warp& warp, const CollectiveInfo& info, uint32_t mask) {
  uint8_t from[kLanes] = {};
  uint32_t lanes = 0;
  Followed sets[kLanes];
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    from[l] = static_cast<uint8_t>(shuffle_source(info.op, static_cast<uint32_t>(l), lane_of(warp.registers, info.b, l),
                                                  lane_of(warp.registers, info.c, l)));
    if ((mask >> from[l] & 1) == 0) continue;  // it gives 0
    sets[l] = set_at(warp, info.a, from[l]);
    sets[l].reads &= ~RaceTaint::kSwapResult;
    lanes |= 1u << l;
  }
  if (warp.unrounded.in_use()) shuffle_unrounded(warp, info.a, info.d, lanes, from);
  lanes_of(warp, info.d) &= ~mask;
  for (uint32_t m = lanes; m != 0; m &= m - 1) put(warp, info.d, std::countr_zero(m), sets[std::countr_zero(m)]);
}

void follow_step(Warp& warp, const Inst& inst, uint32_t pc, uint32_t mask) {
  if (inst.rows.d[0] != kNoSource) clear(warp, inst.rows.d[0], mask);
  if (inst.info == nullptr) return;
  if (loads(inst)) {
    const auto& info = *static_cast<const MemoryInfo*>(inst.info);
    use(warp, info.base, mask);
    if (warp.launch->taint->bit_of(pc) == 0) return;
    for (uint32_t m = mask; m != 0; m &= m - 1) {  // now: a destination may be the address
      const int l = std::countr_zero(m);
      warp.places[l] = place_of_lane(warp, info, l);
    }
  } else if (inst.step == store_step || inst.step == store_area_step) {
    const auto& info = *static_cast<const MemoryInfo*>(inst.info);
    use(warp, info.base, mask);
    for (uint32_t e = 0; e < info.elements; ++e) use(warp, info.rows[e], mask);
  } else if (inst.step == load_parameter_step || inst.step == load_area_step) {
    const auto& info = *static_cast<const MemoryInfo*>(inst.info);
    for (uint32_t e = 0; e < info.elements; ++e) clear(warp, info.rows[e], mask);
  } else if (inst.step == atomic_step) {
    follow_atomic(warp, *static_cast<const AtomicInfo*>(inst.info), pc, mask);
  } else {
    use_all(warp, mask);
  }
}

void after_load(Warp& warp, const MemoryInfo& info, uint32_t pc, uint32_t mask) {
  const uint32_t set = warp.launch->taint->bit_of(pc);
  for (uint32_t e = 0; e < info.elements; ++e) {
    if (warp.unrounded.in_use()) warp.unrounded.forget(row_number(warp, info.rows[e]), mask);
    for (uint32_t m = mask; m != 0; m &= m - 1) put(warp, info.rows[e], std::countr_zero(m), {set, m & -m});
  }
  if (set == 0) return;
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    // Only a read of one word can be what a swap compares with.
    const uint32_t bytes = info.elements == 1 ? info.width : 0;
    read_of(warp, std::countr_zero(set), l) = {
        warp.places[l], value_of(warp, info.rows[0], info.register_bytes[0], info.width, l), bytes};
  }
}

}  // namespace

void start_following(Warp& warp) {
  const size_t rows = warp.file_bytes / kRowAlignment + 1;
  warp.followed.assign(rows, 0);
  if (warp.follows.size() < rows * kLanes) warp.follows.resize(rows * kLanes);
  warp.followed_reads.assign(RaceTaint::kMostSites * kLanes, {});
  std::fill(std::begin(warp.chosen_until), std::end(warp.chosen_until), 0);
  if (warp.launch->taint->at_once()) warp.unrounded.start(rows);
}

void forget_followed(Warp& warp, uint32_t frame, uint32_t bytes) {
  const size_t rows = warp.file_bytes / kRowAlignment + 1;
  warp.followed.resize(rows);
  if (warp.follows.size() < rows * kLanes) warp.follows.resize(rows * kLanes);
  std::fill_n(warp.followed.begin() + frame / kRowAlignment, bytes / kRowAlignment, 0);
  if (!warp.unrounded.in_use()) return;
  warp.unrounded.resize(rows);
  for (uint32_t row = frame; row < frame + bytes; row += kRowAlignment) {
    warp.unrounded.forget(row / kRowAlignment, kFullMask);
  }
}

void follow_guard(Warp& warp, const Inst& inst, uint32_t pc, uint32_t active) {
  if (inst.code == Code::lane) return;  // follow_lane_op()
  const uint32_t lanes = lanes_of(warp, inst.guard) & active;
  if (lanes == 0) return;
  RaceTaint& taint = *warp.launch->taint;
  if (inst.code == Code::branch && warp.launch->program.replicas && skips_arithmetic(warp, inst, pc)) {
    return follow_choice(warp, inst, pc, lanes);
  }
  if (inst.code != Code::branch || taint.swaps_of(pc) == nullptr) return use(warp, inst.guard, lanes);
  for (uint32_t m = lanes; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    taint.decided(warp, sets_of(warp, inst.guard)[l], pc);
  }
}

void follow_before(Warp& warp, const Inst& inst, uint32_t pc, uint32_t mask) {
  switch (inst.code) {
    case Code::lane:
      if (warp.unrounded.in_use()) follow_rounding(warp, inst, mask);
      return follow_lane_op(warp, inst, pc, mask);
    case Code::step:
    case Code::look:
    case Code::warp_step:
      return follow_step(warp, inst, pc, mask);
    case Code::branch_index:
      return use(warp, static_cast<const BranchTable*>(inst.info)->index_row, mask);
    case Code::call:
      return use(warp, static_cast<const CallInfo*>(inst.info)->target_row, mask);
    case Code::collective: {
      const auto& info = *static_cast<const CollectiveInfo*>(inst.info);
      if (warp.launch->program.replicas && mask == warp.live) warp.met_time = warp.block->tick();
      for (const uint32_t row : {info.b, info.c, info.members}) use(warp, row, mask);
      if (info.op <= CollectiveOp::shfl_idx && info.d != kNone && (members_of(warp, info, mask) & ~mask) == 0) {
        follow_shuffle(warp, info, mask);
      } else {
        use(warp, info.a, mask);
        clear(warp, info.d, mask);
      }
      return clear(warp, info.p, mask);
    }
    case Code::barrier: {
      const auto& info = *static_cast<const BarrierInfo*>(inst.info);
      for (const uint32_t row : {info.id, info.count, info.p}) use(warp, row, mask);
      return clear(warp, info.d, mask);
    }
    default:
      return;
  }
}

void follow_after(Warp& warp, const Inst& inst, uint32_t pc, uint32_t mask) {
  if (inst.info == nullptr) return;
  if (loads(inst)) return after_load(warp, *static_cast<const MemoryInfo*>(inst.info), pc, mask);
  if (inst.step == atomic_step) {
    const auto& info = *static_cast<const AtomicInfo*>(inst.info);
    if (info.op == AtomicOp::cas) after_swap(warp, info, mask);
    return;
  }
  // ldmatrix, cp.async and the like: where their values go is not followed.
  const uint32_t bits = warp.launch->taint->bit_of(pc);
  for (uint32_t m = bits != 0 ? mask : 0; m != 0; m &= m - 1) warp.launch->taint->used(warp, {bits, m & -m});
}

}  // namespace vgpu
