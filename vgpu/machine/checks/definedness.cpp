#include "vgpu/machine/checks/definedness.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "vgpu/machine/checks/absence.h"

namespace vgpu {

namespace {

// Keys of origin_at() that are no addresses.
constexpr uint64_t kVariableKey = ~uint64_t{0};
constexpr uint64_t kManyKey = kVariableKey - 1;
constexpr size_t kMostKeys = 1 << 16;               // of one launch
constexpr uint64_t kAbsentKey = ~uint64_t{0} - 64;  // + lane

/// The lanes of a row whose bits are all zero.
uint32_t zero_lanes(const Warp& warp, uint32_t row, uint32_t bytes) {
  uint32_t lanes = 0;
  const char* at = warp.registers + row;
  for (uint32_t l = 0; l < kLanes; ++l) {
    uint64_t value = 0;
    std::memcpy(&value, at + l * bytes, std::min<size_t>(bytes, sizeof(value)));
    lanes |= static_cast<uint32_t>(value == 0) << l;
  }
  return lanes;
}

/// Of a value made of two sources, the halves that are defined.
OriginId defined_halves(const uint32_t (&of_source)[4], int lane) {
  return ((of_source[0] >> lane & 1) == 0 ? kLowDefined : 0) | ((of_source[1] >> lane & 1) == 0 ? kHighDefined : 0);
}

/// Of a value made half by half: those that are in every source.
OriginId defined_halves(Warp& warp, const Inst& inst, const uint32_t (&of_source)[4], int lane) {
  OriginId halves = kHalves;
  for (int s = 0; s < 4; ++s) {
    if ((of_source[s] >> lane & 1) != 0) halves &= origins_of(warp, inst.rows.s[s])[lane];
  }
  return halves;
}

/// " in line 10 of sum_reduction"; the kernel where another one runs now, the line where there is one.
std::string where(const Warp& warp, const Origin& origin) {
  std::string text = origin.place.line > 0 ? fmt::format(" in line {}", origin.place.line) : "";
  if (origin.kernel != warp.launch->kernel.name) text += (text.empty() ? " in " : " of ") + origin.kernel;
  return text;
}

}  // namespace

void start_tracking(Warp& warp) {
  warp.undefined.assign(warp.file_bytes / kRowAlignment + 1, 0);
  // They count only where something is undefined.
  if (warp.origins.size() < warp.undefined.size() * kLanes) warp.origins.resize(warp.undefined.size() * kLanes);
  warp.tracking = true;
}

void set_unset(Warp& warp, const FunctionCode& function, uint32_t frame, uint32_t mask) {
  for (const uint32_t row : function.unset_rows) {
    const size_t number = (frame + row) / kRowAlignment;
    warp.undefined[number] |= mask;
    for (uint32_t m = mask; m != 0; m &= m - 1) {
      warp.origins[number * kLanes + static_cast<size_t>(std::countr_zero(m))] = kUnsetRegister;
    }
  }
}

OriginId origin_at(Warp& warp, uint32_t pc, uint64_t key, const std::function<Origin()>& make) {
  LaunchState& launch = *warp.launch;
  const std::lock_guard lock(launch.origins_mutex);
  // An instruction that reads undefined values all over a large memory: one place stands for the rest of them.
  if (launch.origins.size() >= kMostKeys && launch.origins.count({pc, key}) == 0) key = kManyKey;
  const auto [at, added] = launch.origins.try_emplace({pc, key}, 0);
  if (added) {
    Origin origin = make();
    const uint32_t running = warp.pc;
    warp.pc = pc;
    origin.place = place_of(launch.program, learners_pc(warp));
    warp.pc = running;
    origin.kernel = launch.kernel.name;
    at->second = launch.memory.origins().add(std::move(origin));
  }
  return at->second;
}

OriginId first_use(Warp& warp, uint32_t pc) {
  return origin_at(warp, pc, kVariableKey, [] {
    Origin origin;
    origin.is_variable = true;
    origin.what = "a local variable that was never given a value";
    return origin;
  });
}

OriginId absent_lane_origin(Warp& warp, uint32_t pc, int source) {
  return origin_at(warp, pc, kAbsentKey + static_cast<uint64_t>(source), [&] {
    Origin origin;
    origin.what = fmt::format("lane {} of the warp, which takes no part in the shuffle", source);
    origin.cause = why_absent(warp, pc, source);
    return origin;
  });
}

OriginId used_origin(Warp& warp, uint32_t row, int lane, uint32_t pc) {
  OriginId& id = origins_of(warp, row)[lane];
  if ((id & ~kHalves) == kUnsetRegister) id = first_use(warp, pc) | (id & kHalves);
  return id & ~kHalves;
}

void set_undefined_from(Warp& warp, uint32_t row, uint32_t mask, uint32_t lanes, uint32_t from) {
  if (!warp.tracking) return;
  lanes &= mask;
  const uint32_t known = undefined_of(warp, from);
  if (lanes != 0 && known != 0) {
    OriginId ids[kLanes];
    std::memcpy(ids, origins_of(warp, from), sizeof(ids));
    OriginId* to = origins_of(warp, row);
    for (uint32_t m = lanes; m != 0; m &= m - 1) {
      const int l = std::countr_zero(m);
      to[l] = ids[(known >> l & 1) != 0 ? l : std::countr_zero(known)] & ~kHalves;
    }
  }
  set_undefined(warp, row, mask, lanes);
}

uint32_t carried_lanes(const Warp& warp, const Inst& inst, uint32_t (&of_source)[4]) {
  const OpRows& r = inst.rows;
  const auto bits = [&](int source) { return *row_at<uint32_t>(warp.registers, r.s[source]); };
  uint32_t lanes = of_source[0] | of_source[1] | of_source[2] | of_source[3];
  if (lanes == 0) return 0;
  switch (inst.carry) {
    case Carry::all:
    case Carry::copy:
    case Carry::equality:
    case Carry::halves:
    case Carry::pack:
    case Carry::unpack:
      break;
    case Carry::select:
      of_source[0] &= bits(2);
      of_source[1] &= ~bits(2);
      lanes = of_source[0] | of_source[1] | of_source[2];
      break;
    case Carry::and_pred:
      lanes &= ~((~of_source[0] & ~bits(0)) | (~of_source[1] & ~bits(1)));
      break;
    case Carry::or_pred:
      lanes &= ~((~of_source[0] & bits(0)) | (~of_source[1] & bits(1)));
      break;
    case Carry::setp_and:
      lanes &= ~(~of_source[2] & ~bits(2));
      break;
    case Carry::setp_or:
      lanes &= ~(~of_source[2] & bits(2));
      break;
    case Carry::bits_and:
      lanes &= ~((~of_source[0] & zero_lanes(warp, r.s[0], inst.row_bytes)) |
                 (~of_source[1] & zero_lanes(warp, r.s[1], inst.row_bytes)));
      break;
  }
  return lanes;
}

void carry_undefined(Warp& warp, const Inst& inst, uint32_t mask, uint32_t pc) {
  uint32_t* rows = warp.undefined.data() + row_number(warp, 0);
  const OpRows& r = inst.rows;
  uint32_t of_source[4];
  for (int s = 0; s < 4; ++s) of_source[s] = rows[r.s[s] / kRowAlignment];
  const uint32_t lanes = carried_lanes(warp, inst, of_source) & mask;
  uint32_t of_result[2] = {lanes, lanes};
  if (lanes != 0) {
    OriginId ids[kLanes];
    for (uint32_t m = lanes; m != 0; m &= m - 1) {
      const int l = std::countr_zero(m);
      int source = 0;
      while (source < 3 && (of_source[source] >> l & 1) == 0) ++source;
      const bool copies = inst.carry == Carry::copy || inst.carry == Carry::unpack;
      ids[l] = copies ? origins_of(warp, r.s[source])[l] : used_origin(warp, r.s[source], l, pc);
      if (inst.carry == Carry::pack) ids[l] |= defined_halves(of_source, l);
      if (inst.carry == Carry::halves) ids[l] |= defined_halves(warp, inst, of_source, l);
    }
    for (int i = 0; i < 2; ++i) {
      OriginId* to = origins_of(warp, r.d[i]);
      const OriginId defined = inst.carry != Carry::unpack ? 0 : i == 0 ? kLowDefined : kHighDefined;
      for (uint32_t m = lanes; m != 0; m &= m - 1) {
        const int l = std::countr_zero(m);
        to[l] = inst.carry == Carry::unpack ? ids[l] & ~kHalves : ids[l];
        if ((ids[l] & defined) != 0) of_result[i] &= ~(1u << l);
      }
    }
  }
  for (int i = 0; i < 2; ++i) {
    uint32_t& of_row = rows[r.d[i] / kRowAlignment];
    of_row = (of_row & ~mask) | of_result[i];
  }
  rows[kNoDestination / kRowAlignment] = 0;
}

void report_undefined_origin(Warp& warp, uint32_t lanes, OriginId id, const std::function<std::string(int)>& what) {
  const Origin& origin = warp.launch->memory.origins().of(id);
  // What nobody set is shown where it was first used, everything else where it matters.
  const bool at_origin = origin.is_variable && origin.place.line > 0;
  lanes = at_origin ? unreported_at(warp, lanes, Finding::Kind::uninitialized, origin.buffer, origin.place.line)
                    : unreported(warp, lanes, Finding::Kind::uninitialized, origin.buffer, 0);
  for (uint32_t m = lanes; m != 0; m &= m - 1) {
    const int lane = std::countr_zero(m);
    Incident incident;
    incident.kind = Finding::Kind::uninitialized;
    incident.buffer = origin.buffer;
    if (at_origin) {
      incident.place = origin.place;
      incident.text =
          fmt::format("{} is used{}, and {} what comes of it", origin.what, where(warp, origin), what(lane));
    } else if (origin.is_variable) {
      incident.text = fmt::format("{} {}", what(lane), origin.what);
    } else {
      const std::string place = where(warp, origin);
      incident.text = fmt::format("{} an undefined value: it comes from {}{}{}", what(lane), origin.what,
                                  place.empty() ? "" : ", read", place);
    }
    incident.cause = origin.is_variable ? "give it a value where it is declared (float sum = 0;), or on every way here"
                     : !origin.cause.empty() ? origin.cause
                                             : "is a part of it never stored before it is read?";
    report_lane(warp, lane, incident);
  }
}

void report_undefined(Warp& warp, uint32_t lanes, uint32_t row, const std::function<std::string(int)>& what) {
  while (lanes != 0) {
    const OriginId id = used_origin(warp, row, std::countr_zero(lanes), warp.pc);
    uint32_t same = 0;
    for (uint32_t m = lanes; m != 0; m &= m - 1) {
      if (used_origin(warp, row, std::countr_zero(m), warp.pc) == id) same |= m & -m;
    }
    report_undefined_origin(warp, same, id, what);
    lanes &= ~same;
  }
}

void report_undefined(Warp& warp, uint32_t lanes, uint32_t row, const char* what) {
  report_undefined(warp, lanes, row, [&](int) { return std::string(what); });
}

}  // namespace vgpu
