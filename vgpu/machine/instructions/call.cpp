// Calls of device functions, and the functions the machine itself provides: vprintf, malloc, free, __assertfail.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "vgpu/machine/checks/definedness.h"
#include "vgpu/machine/instructions/follow_reads.h"
#include "vgpu/machine/warp.h"

namespace vgpu {

namespace {

constexpr size_t kMaxDepth = 4096;
constexpr uint32_t kMaxFrames = 192 * 1024 * 1024;  // bytes of registers a warp's call stack may take

void copy_areas(Warp& warp, uint32_t from_frame, const std::vector<ParamArea>& from, uint32_t to_frame,
                const std::vector<ParamArea>& to, uint32_t mask) {
  for (size_t i = 0; i < std::min(from.size(), to.size()); ++i) {
    const uint32_t bytes = std::min(from[i].stride, to[i].stride);
    // load_parameter.cpp: a row of definedness for two bytes.
    for (uint32_t piece = 0; warp.tracking && piece < bytes / 2; ++piece) {
      const size_t source = (from_frame + from[i].frame_offset) / kRowAlignment + piece;
      const size_t target = (to_frame + to[i].frame_offset) / kRowAlignment + piece;
      const uint32_t lanes = warp.undefined[source] & mask;
      warp.undefined[target] = (warp.undefined[target] & ~mask) | lanes;
      for (uint32_t m = lanes; m != 0; m &= m - 1) {
        const auto l = static_cast<size_t>(std::countr_zero(m));
        warp.origins[target * kLanes + l] = warp.origins[source * kLanes + l];
      }
    }
    for (uint32_t m = mask; m != 0; m &= m - 1) {
      const auto l = static_cast<uint32_t>(std::countr_zero(m));
      std::memcpy(warp.file + to_frame + to[i].frame_offset + l * to[i].stride,
                  warp.file + from_frame + from[i].frame_offset + l * from[i].stride, bytes);
    }
  }
}

/// First free byte of the register file above every frame that somebody still uses.
uint32_t top_of_file(const Warp& warp) {
  const std::vector<FunctionCode>& functions = warp.launch->program.functions;
  uint32_t top = 0;
  for (const Group& group : warp.groups) {
    top = std::max(top, group.frame + functions[group.function].frame_bytes);
    for (const Return& r : group.returns) top = std::max(top, r.frame + functions[r.function].frame_bytes);
  }
  return top;
}

void overflow(Warp& warp, const Group& group) {
  Incident incident;
  incident.kind = Finding::Kind::stack_overflow;
  incident.text = "the call stack overflowed";
  incident.cause = "does the recursion end for every thread?";
  for (uint32_t m = group.mask; m != 0; m &= m - 1) report_lane(warp, std::countr_zero(m), incident);
  warp.launch->abort = true;
}

std::string string_at(const Warp& warp, uint64_t address) {
  std::string text;
  for (; text.size() < 4096; ++address) {
    const std::byte* c = warp.launch->memory.host(address, 1);
    if (c == nullptr || *c == std::byte{0}) break;
    text += static_cast<char>(*c);
  }
  return text;
}

}  // namespace

bool enter_call(Warp& warp, Group& group, const Inst& inst) {
  const auto& info = *static_cast<const CallInfo*>(inst.info);
  if (!info.external.empty()) return false;
  const Program& program = warp.launch->program;
  uint32_t function = info.function;
  if (function == kNone) {
    const uint64_t* targets = row_at<uint64_t>(warp.file + group.frame, info.target_row);
    const uint64_t target = targets[std::countr_zero(group.mask)];
    uint32_t same = 0;
    for (uint32_t m = group.mask; m != 0; m &= m - 1) {
      if (targets[std::countr_zero(m)] == target) same |= m & -m;
    }
    const uint64_t index = (target - slot_base(kFunctionSlot)) / 16;
    if (target < slot_base(kFunctionSlot) || index >= program.functions.size() || program.functions[index].external ||
        program.functions[index].refusal) {
      Incident incident;
      incident.kind = Finding::Kind::trap;
      incident.text = fmt::format("a call through {:#x}, which is no function", target);
      report_lane(warp, std::countr_zero(group.mask), incident);
      warp.launch->abort = true;
      return true;
    }
    function = static_cast<uint32_t>(index);
    if (same != group.mask) {  // the others come back to this instruction on their own
      Group others = group;
      others.mask = group.mask & ~same;
      group.mask = same;
      const auto at = &group - warp.groups.data();
      warp.groups.push_back(std::move(others));
      return enter_call(warp, warp.groups[static_cast<size_t>(at)], inst);
    }
  }
  const FunctionCode& callee = program.functions[function];
  const uint32_t caller_frame = group.frame;
  const uint32_t frame = top_of_file(warp);
  if (group.returns.size() >= kMaxDepth || frame + callee.frame_bytes > kMaxFrames) {
    overflow(warp, group);
    return true;
  }
  const uint32_t local = (group.local + program.functions[group.function].local_bytes + 15) / 16 * 16;
  group.returns.push_back({group.pc, group.function, caller_frame, group.local});
  group.function = function;
  group.frame = frame;
  group.local = local;
  group.pc = callee.first;
  if (!warp.reserve_local(local + callee.local_bytes)) {
    overflow(warp, group);
    return true;
  }
  for (uint32_t m = group.mask; m != 0 && callee.local_bytes > 0; m &= m - 1) {  // what an earlier call left is gone
    const size_t lane = static_cast<size_t>(std::countr_zero(m)) * warp.local_bytes;
    std::memset(warp.local_undefined.data() + lane + local, 0xff, callee.local_bytes);
  }
  prepare_frame(warp, function, frame);
  if (!callee.unset_rows.empty() && !warp.tracking) start_tracking(warp);
  if (warp.launch->taint != nullptr) forget_followed(warp, frame, callee.frame_bytes);
  if (warp.tracking) {  // what an earlier call left in these rows is no longer theirs
    const auto rows = warp.undefined.begin() + frame / kRowAlignment;
    std::fill(rows, rows + callee.frame_bytes / kRowAlignment, 0);
    set_unset(warp, callee, frame, group.mask);
  }
  copy_areas(warp, caller_frame, info.arguments, frame, callee.params, group.mask);
  return true;
}

void leave_call(Warp& warp, Group& group) {
  const Program& program = warp.launch->program;
  const Return back = group.returns.back();
  const auto& info = *static_cast<const CallInfo*>(program.code[back.pc].info);
  copy_areas(warp, group.frame, program.functions[group.function].results, back.frame, info.results, group.mask);
  group.returns.pop_back();
  group.function = back.function;
  group.frame = back.frame;
  group.local = back.local;
  group.pc = back.pc + 1;
}

void call_external(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const CallInfo*>(inst.info);
  const auto argument = [&](size_t i, int lane) {
    uint64_t value = 0;
    if (i < info.arguments.size()) {
      const ParamArea& area = info.arguments[i];
      std::memcpy(&value, warp.registers + area.frame_offset + static_cast<uint32_t>(lane) * area.stride,
                  std::min<size_t>(area.stride, sizeof(value)));
    }
    return value;
  };
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    if (info.external == "vprintf") {
      const std::string text = format_printf(warp, l, argument(0, l), argument(1, l));
      warp.launch->report.print(text, warp.block->linear);
      if (!info.results.empty()) {
        const auto length = static_cast<int32_t>(text.size());
        std::memcpy(warp.registers + info.results[0].frame_offset + static_cast<uint32_t>(l) * info.results[0].stride,
                    &length, sizeof(length));
      }
    } else if (info.external == "malloc") {
      const uint64_t address = heap_allocate(warp, argument(0, l));
      if (!info.results.empty()) {
        std::memcpy(warp.registers + info.results[0].frame_offset + static_cast<uint32_t>(l) * info.results[0].stride,
                    &address, sizeof(address));
      }
    } else if (info.external == "free") {
      heap_free(warp, l, argument(0, l));
    } else {  // __assertfail(message, file, line, function, char size)
      Incident incident;
      incident.kind = Finding::Kind::assertion;
      incident.text =
          fmt::format("assertion `{}` failed in {}", string_at(warp, argument(0, l)), string_at(warp, argument(3, l)));
      report_lane(warp, l, incident);
      warp.launch->abort = true;
    }
  }
}

}  // namespace vgpu
