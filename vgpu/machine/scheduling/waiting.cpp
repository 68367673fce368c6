// Loops that wait for other threads: those who see the same again and again give way to those they wait for.

#include <bit>
#include <cstring>
#include <utility>

#include "vgpu/machine/instructions/mbarrier.h"
#include "vgpu/machine/scheduling/schedule.h"
#include "vgpu/machine/warp.h"

namespace vgpu {

namespace {

/// So often may a loop see the same before it gives way at every round.
constexpr uint32_t kPatientLooks = 32;

/// A hash of where a group is and of all its registers.
uint64_t state_of(const Warp& warp, const Group& group) {
  const uint32_t bytes = warp.launch->program.functions[group.function].register_bytes;
  uint64_t state = group.mask ^ uint64_t { group.pc } << 32;
  for (uint32_t at = 0; at + sizeof(uint64_t) <= bytes; at += sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, warp.file + group.frame + at, sizeof(word));
    state = (std::rotl(state, 5) ^ word) * 0x9e3779b97f4a7c15u;
  }
  return state;
}

}  // namespace

void note_look(Warp& warp, uint32_t row, uint32_t bytes, uint32_t mask) {
  uint64_t seen = mask;
  const char* lanes = warp.registers + row;
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    uint64_t value = 0;
    const auto lane = static_cast<uint32_t>(std::countr_zero(m));
    std::memcpy(&value, lanes + lane * bytes, bytes < sizeof(value) ? bytes : sizeof(value));
    seen = (seen ^ value) * 0x9e3779b97f4a7c15u;
  }
  Look& look = warp.looks[warp.pc % warp.looks.size()];
  if (look.pc != warp.pc || look.seen != seen) {
    look = {warp.pc, 0, seen};
    warp.idle = false;
  } else {
    warp.idle = ++look.times >= kPatientLooks;
  }
}

bool is_still(Warp& warp, const Group& group) {
  if (warp.waits_at != 0) return true;  // at an mbarrier, whatever clock it reads
  const uint64_t state = state_of(warp, group);
  return std::exchange(warp.idle_state, state) == state;
}

bool goes_in_a_circle(Block& block, uint32_t yielded) {
  if (!block.waiting) return false;
  bool circle = true;
  for (Warp& warp : block.warps) {
    if (warp.groups.empty()) continue;
    if ((yielded >> warp.index & 1) != 0) {
      circle = circle && warp.still;
      continue;
    }
    // At a barrier, mostly of the same loop.
    uint64_t state = 0;
    for (const Group& group : warp.groups) state = std::rotl(state, 7) ^ state_of(warp, group);
    if (std::exchange(warp.idle_state, state) != state) circle = false;
  }
  return circle;
}

void report_waiting(Block& block, const std::string& text, const std::string& cause) {
  for (Warp& warp : block.warps) {
    for (const Group& group : warp.groups) {
      if (group.state != Group::State::ready) continue;
      Incident incident;
      incident.kind = Finding::Kind::timeout;
      incident.text = text;
      incident.cause = !cause.empty()
                           ? cause
                           : "does the thread that it waits for get there, and does it write what the loop reads?";
      warp.pc = group.pc;
      if (const std::string missing = missing_arrivals(warp); !missing.empty()) {
        incident.kind = Finding::Kind::barrier;
        incident.text = missing;
        incident.cause = "does every thread that the barrier counts arrive, in every round?";
      }
      for (uint32_t m = group.mask; m != 0; m &= m - 1) report_lane(warp, std::countr_zero(m), incident);
    }
  }
}

}  // namespace vgpu
