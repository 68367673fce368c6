// Warp-wide operations: shfl, vote, match, redux, bar.warp.sync, elect. Lanes of the member mask may arrive as several
// groups, even at different instructions; the operation happens when the last of them has come.

#include "vgpu/machine/instructions/collective.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "vgpu/machine/checks/definedness.h"
#include "vgpu/machine/instructions/mbarrier.h"
#include "vgpu/machine/warp.h"
#include "vgpu/ops/lane_memory.h"

namespace vgpu {

namespace {

/// What every lane brought along.
struct Brought {
  alignas(64) uint64_t a[kLanes];
  uint32_t b[kLanes], c[kLanes];
  uint32_t undefined = 0;           ///< lanes whose value is
  uint32_t undefined_operands = 0;  ///< shfl: lanes whose source lane or width is
  uint32_t absent = 0;              ///< shfl: lanes whose source takes no part
  OriginId origin[kLanes];          ///< of what is undefined
};

const CollectiveInfo& info_of(const Inst& inst) { return *static_cast<const CollectiveInfo*>(inst.info); }

void bring(Warp& warp, const CollectiveInfo& info, uint32_t pc, uint32_t frame, uint32_t mask, Brought& brought) {
  char* r = warp.file + frame;
  if (warp.tracking) {
    for (const uint32_t row : {info.a, info.b, info.c}) {
      if (row == kNone) continue;
      const size_t number = (frame + row) / kRowAlignment;
      const uint32_t lanes = warp.undefined[number] & mask;
      for (uint32_t m = lanes; m != 0; m &= m - 1) {
        const int l = std::countr_zero(m);
        OriginId& origin = warp.origins[number * kLanes + static_cast<size_t>(l)];
        if ((origin & ~kHalves) == kUnsetRegister) origin = first_use(warp, pc) | (origin & kHalves);
        brought.origin[l] = origin;
      }
      (row == info.a ? brought.undefined : brought.undefined_operands) |= lanes;
    }
  }
  const bool predicate = info.op >= CollectiveOp::vote_all && info.op <= CollectiveOp::vote_ballot;
  const uint32_t bits = predicate ? (info.a_negated ? ~*row_at<uint32_t>(r, info.a) : *row_at<uint32_t>(r, info.a)) : 0;
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    if (predicate) {
      brought.a[l] = (bits >> l) & 1;
    } else if (info.a != kNone) {
      brought.a[l] = info.wide ? row_at<uint64_t>(r, info.a)[l] : row_at<uint32_t>(r, info.a)[l];
    }
    if (info.b != kNone) brought.b[l] = row_at<uint32_t>(r, info.b)[l];
    if (info.c != kNone) brought.c[l] = row_at<uint32_t>(r, info.c)[l];
  }
}

void set_predicate(char* registers, uint32_t row, uint32_t mask, uint32_t bits) {
  if (row == kNone) return;
  uint32_t* p = row_at<uint32_t>(registers, row);
  *p = (*p & ~mask) | (bits & mask);
}

/// shfl's source lane and whether it is in range.
bool source_lane(CollectiveOp op, uint32_t lane, uint32_t b, uint32_t c, uint32_t& j) {
  b &= 31;
  const uint32_t segment = (c >> 8) & 31;
  const uint32_t clamp = c & 31;
  const uint32_t max_lane = (lane & segment) | (clamp & ~segment);
  const uint32_t min_lane = lane & segment;
  bool in_range = false;
  switch (op) {
    case CollectiveOp::shfl_up:
      j = lane - b;
      in_range = static_cast<int32_t>(j) >= static_cast<int32_t>(max_lane);
      break;
    case CollectiveOp::shfl_down:
      j = lane + b;
      in_range = j <= max_lane;
      break;
    case CollectiveOp::shfl_bfly:
      j = lane ^ b;
      in_range = j <= max_lane;
      break;
    default:
      j = min_lane | (b & ~segment);
      in_range = j <= max_lane;
      break;
  }
  if (!in_range) j = lane;
  return in_range;
}

uint32_t reduce(CollectiveOp op, const Brought& brought, uint32_t members) {
  bool first = true;
  uint32_t value = 0;
  for (uint32_t m = members; m != 0; m &= m - 1) {
    const auto x = static_cast<uint32_t>(brought.a[std::countr_zero(m)]);
    if (first) {
      value = x;
      first = false;
      continue;
    }
    switch (op) {
      case CollectiveOp::redux_add:
        value += x;
        break;
      case CollectiveOp::redux_min_s:
        value = static_cast<uint32_t>(std::min(static_cast<int32_t>(value), static_cast<int32_t>(x)));
        break;
      case CollectiveOp::redux_max_s:
        value = static_cast<uint32_t>(std::max(static_cast<int32_t>(value), static_cast<int32_t>(x)));
        break;
      case CollectiveOp::redux_min_u:
        value = std::min(value, x);
        break;
      case CollectiveOp::redux_max_u:
        value = std::max(value, x);
        break;
      case CollectiveOp::redux_and:
        value &= x;
        break;
      case CollectiveOp::redux_or:
        value |= x;
        break;
      default:
        value ^= x;
        break;
    }
  }
  return value;
}

/// Which lane each takes its value from, and the lanes whose source is in range.
struct Sources {
  bool found = false;
  uint32_t c = 0;  ///< operand c that this is for
  uint32_t in_range = 0;
  uint8_t from[kLanes] = {};
};

void find_sources(CollectiveOp op, const uint32_t* b, const uint32_t* c, Sources& sources) {
  sources.in_range = 0;
  for (uint32_t l = 0; l < kLanes; ++l) {
    uint32_t j = 0;
    sources.in_range |= static_cast<uint32_t>(source_lane(op, l, b[l], c[l], j)) << l;
    sources.from[l] = static_cast<uint8_t>(j & 31);
  }
}

/// A shuffle of the whole warp. True when it was one with a result and is done.
bool shuffle_all(char* registers, const CollectiveInfo& info) {
  if (info.op > CollectiveOp::shfl_idx || info.d == kNone) return false;
  const uint32_t* b = row_at<uint32_t>(registers, info.b);
  const uint32_t* c = row_at<uint32_t>(registers, info.c);
  uint32_t apart = 0;
  for (int l = 0; l < kLanes; ++l) apart |= (b[l] ^ b[0]) | (c[l] ^ c[0]);
  // Mostly all lanes give the same operands, and the same few come again and again.
  static thread_local Sources known[4][32];
  Sources other;
  Sources* sources = &other;
  if (apart == 0) sources = &known[static_cast<size_t>(info.op)][b[0] & 31];
  if (!sources->found || sources->c != c[0]) {
    find_sources(info.op, b, c, *sources);
    sources->c = c[0];
    sources->found = true;
  }
  uint32_t a[kLanes];  // a copy: the destination may be the source
  std::memcpy(a, row_at<uint32_t>(registers, info.a), sizeof(a));
  lane_memory().load_words(row_at<uint32_t>(registers, info.d), a, WordRow::near, sources->from);
  set_predicate(registers, info.p, kFullMask, sources->in_range);
  return true;
}

/// Computes the results for the lanes of `mask`, of which all `members` have brought their values.
void complete(const CollectiveInfo& info, char* registers, uint32_t mask, uint32_t members, Brought& brought) {
  uint32_t* d = info.d != kNone ? row_at<uint32_t>(registers, info.d) : nullptr;
  const auto broadcast = [&](uint32_t value) {
    if (d == nullptr) return;
    for (uint32_t m = mask; m != 0; m &= m - 1) d[std::countr_zero(m)] = value;
  };
  switch (info.op) {
    case CollectiveOp::shfl_up:
    case CollectiveOp::shfl_down:
    case CollectiveOp::shfl_bfly:
    case CollectiveOp::shfl_idx: {
      uint32_t in_range = 0;
      for (uint32_t m = mask; m != 0; m &= m - 1) {
        const int l = std::countr_zero(m);
        uint32_t j = 0;
        const bool ok = source_lane(info.op, static_cast<uint32_t>(l), brought.b[l], brought.c[l], j);
        in_range |= static_cast<uint32_t>(ok) << l;
        // A lane that is not there has nothing to give: PTX leaves the value undefined, an H100 gives 0.
        const bool absent = (members >> (j & 31) & 1) == 0;
        if (absent) brought.absent |= 1u << l;
        if (d != nullptr) d[l] = absent ? 0 : static_cast<uint32_t>(brought.a[j & 31]);
      }
      set_predicate(registers, info.p, mask, in_range);
      break;
    }
    case CollectiveOp::vote_all:
    case CollectiveOp::vote_any:
    case CollectiveOp::vote_uni:
    case CollectiveOp::vote_ballot: {
      uint32_t ballot = 0;
      for (uint32_t m = members; m != 0; m &= m - 1) {
        const int l = std::countr_zero(m);
        ballot |= static_cast<uint32_t>(brought.a[l] != 0) << l;
      }
      if (info.op == CollectiveOp::vote_ballot) {
        broadcast(ballot);
      } else {
        const bool value = info.op == CollectiveOp::vote_all   ? ballot == members
                           : info.op == CollectiveOp::vote_any ? ballot != 0
                                                               : ballot == members || ballot == 0;
        set_predicate(registers, info.p, mask, value ? kFullMask : 0);
      }
      break;
    }
    case CollectiveOp::match_any:
      for (uint32_t m = mask; m != 0; m &= m - 1) {
        const int l = std::countr_zero(m);
        uint32_t same = 0;
        for (uint32_t o = members; o != 0; o &= o - 1) {
          const int k = std::countr_zero(o);
          same |= static_cast<uint32_t>(brought.a[k] == brought.a[l]) << k;
        }
        if (d != nullptr) d[l] = same;
      }
      break;
    case CollectiveOp::match_all: {
      bool same = true;
      const uint64_t first = brought.a[std::countr_zero(members)];
      for (uint32_t o = members; o != 0; o &= o - 1) same = same && brought.a[std::countr_zero(o)] == first;
      broadcast(same ? members : 0);
      set_predicate(registers, info.p, mask, same ? kFullMask : 0);
      break;
    }
    case CollectiveOp::sync:
      break;
    case CollectiveOp::elect: {
      const int leader = std::countr_zero(members);
      broadcast(static_cast<uint32_t>(leader));
      set_predicate(registers, info.p, mask, 1u << leader);
      break;
    }
    default:
      broadcast(reduce(info.op, brought, members));
      break;
  }
}

/// Definedness goes where the values go: with shfl from lane to lane, otherwise from any member to all.
void carry(Warp& warp, const CollectiveInfo& info, uint32_t pc, uint32_t frame, uint32_t mask, Brought& brought) {
  const uint32_t absent = brought.absent & mask;
  if (absent != 0 && !warp.tracking) start_tracking(warp);
  if (!warp.tracking) return;
  const bool shuffle = info.op <= CollectiveOp::shfl_idx;
  uint32_t lanes = 0;
  OriginId origin[kLanes];
  if (shuffle) {
    for (uint32_t m = mask; m != 0; m &= m - 1) {
      const int l = std::countr_zero(m);
      const uint32_t bit = 1u << l;
      uint32_t j = 0;
      source_lane(info.op, static_cast<uint32_t>(l), brought.b[l], brought.c[l], j);
      j &= 31;
      if ((brought.undefined_operands & bit) != 0) {
        origin[l] = brought.origin[l];
      } else if ((absent & bit) != 0) {
        origin[l] = absent_lane_origin(warp, pc, static_cast<int>(j));
      } else if ((brought.undefined >> j & 1) != 0) {
        origin[l] = brought.origin[j];
      } else {
        continue;
      }
      lanes |= bit;
    }
  } else if (brought.undefined != 0) {
    lanes = mask;
    std::fill(std::begin(origin), std::end(origin), brought.origin[std::countr_zero(brought.undefined)]);
  }
  // shfl's predicate says whether the lane was in range, whatever that held.
  const auto give = [&](uint32_t row, uint32_t undefined) {
    if (row == kNone) return;
    const size_t number = (frame + row) / kRowAlignment;
    warp.undefined[number] = (warp.undefined[number] & ~mask) | undefined;
    for (uint32_t m = undefined; m != 0; m &= m - 1) {
      const auto l = static_cast<size_t>(std::countr_zero(m));
      warp.origins[number * kLanes + l] = origin[l];
    }
  };
  give(info.d, lanes);
  give(info.p, shuffle ? lanes & brought.undefined_operands : lanes);
}

/// __syncwarp: what these lanes did before comes before what they do after.
void synchronise(Warp& warp, uint32_t lanes) {
  const uint32_t now = warp.block->tick();
  for (uint32_t m = lanes; m != 0; m &= m - 1) {
    warp.sync_time[std::countr_zero(m)] = now;
    warp.sync_mask[std::countr_zero(m)] = lanes;
  }
  warp.last_sync_time = now;
  if ((warp.live & ~lanes) == 0) warp.full_sync_time = now;
  if (warp.block->mbarriers) warp.block->mbarriers->visibility.join_lanes(warp.index, lanes, now);
}

bool same_operation(const CollectiveInfo& a, const CollectiveInfo& b) { return a.op == b.op && a.wide == b.wide; }

/// Completes the operation of group `index` if all its members wait for the same one.
bool try_complete(Warp& warp, size_t index) {
  const std::vector<Inst>& code = warp.launch->program.code;
  const Group& group = warp.groups[index];
  const CollectiveInfo& info = info_of(code[group.pc]);
  const uint32_t members = group.waits_for & warp.live;
  const auto takes_part = [&](const Group& other) {
    return other.state == Group::State::at_collective && (other.mask & members) != 0 &&
           same_operation(info_of(code[other.pc]), info);
  };
  uint32_t present = 0;
  for (const Group& other : warp.groups) {
    if (takes_part(other)) present |= other.mask;
  }
  if ((members & ~present) != 0) return false;
  Brought brought{};
  for (const Group& other : warp.groups) {
    if (takes_part(other)) bring(warp, info_of(code[other.pc]), other.pc, other.frame, other.mask, brought);
  }
  for (Group& other : warp.groups) {
    if (!takes_part(other)) continue;
    complete(info_of(code[other.pc]), warp.file + other.frame, other.mask, present, brought);
    carry(warp, info_of(code[other.pc]), other.pc, other.frame, other.mask, brought);
    other.state = Group::State::ready;
    other.turns = 0;
    ++other.pc;
  }
  if (info.op == CollectiveOp::sync) {
    synchronise(warp, present);
  } else if (warp.block->mbarriers) {
    warp.block->mbarriers->visibility.share(warp.index, present);
  }
  return true;
}

/// The lanes of `mask` that name the same members as its first lane does.
uint32_t of_one_mind(const uint32_t* members, uint32_t mask) {
  const uint32_t first = members[std::countr_zero(mask)];
  if (mask == kFullMask) {
    uint32_t apart = 0;
    for (int l = 0; l < kLanes; ++l) apart |= members[l] ^ first;
    if (apart == 0) return mask;
  }
  uint32_t same = 0;
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    if (members[std::countr_zero(m)] == first) same |= m & -m;
  }
  return same;
}

}  // namespace

uint32_t shuffle_source(CollectiveOp op, uint32_t lane, uint32_t b, uint32_t c) {
  uint32_t source = 0;
  source_lane(op, lane, b, c, source);
  return source & 31;
}

uint32_t members_of(const Warp& warp, const CollectiveInfo& info, uint32_t mask) {
  const uint32_t members = row_at<uint32_t>(warp.registers, info.members)[std::countr_zero(mask)] & warp.live;
  return members | mask;  // a lane that executes it takes part
}

bool run_collective(Warp& warp, size_t index, const Inst& inst) {
  const CollectiveInfo& info = info_of(inst);
  // Lanes with another member mask (tiles of a warp) are another operation: they come back to it as their own group.
  const uint32_t together = of_one_mind(row_at<uint32_t>(warp.registers, info.members), warp.groups[index].mask);
  if (together != warp.groups[index].mask) {
    Group others = warp.groups[index];
    others.mask &= ~together;
    warp.groups[index].mask = together;
    warp.groups.push_back(std::move(others));
  }
  Group& group = warp.groups[index];
  const uint32_t named = row_at<uint32_t>(warp.registers, info.members)[std::countr_zero(group.mask)];
  if (const uint32_t unnamed = group.mask & ~named; unnamed != 0) {
    Incident incident;
    incident.kind = Finding::Kind::barrier;
    incident.text = fmt::format("executes a warp-wide operation whose member mask {:#010x} does not name it", named);
    incident.cause = "the mask must name exactly the lanes that execute the instruction";
    for (uint32_t m = unnamed; m != 0; m &= m - 1) report_lane(warp, std::countr_zero(m), incident);
  }
  const uint32_t members = members_of(warp, info, group.mask);
  if (members == group.mask) [[likely]] {
    if (info.op == CollectiveOp::sync) {
      synchronise(warp, group.mask);
      return true;
    }
    if (warp.block->mbarriers) warp.block->mbarriers->visibility.share(warp.index, group.mask);
    if (group.mask == kFullMask && !warp.tracking && shuffle_all(warp.registers, info)) return true;
    Brought brought;
    bring(warp, info, group.pc, group.frame, group.mask, brought);
    complete(info, warp.registers, group.mask, members, brought);
    carry(warp, info, group.pc, group.frame, group.mask, brought);
    return true;
  }
  group.state = Group::State::at_collective;
  group.waits_for = members;
  if (try_complete(warp, index)) {
    --warp.groups[index].pc;  // the caller steps over the instruction itself
    return true;
  }
  return false;
}

void retry_collectives(Warp& warp) {
  for (size_t i = 0; i < warp.groups.size(); ++i) {
    if (warp.groups[i].state == Group::State::at_collective) try_complete(warp, i);
  }
}

}  // namespace vgpu
