#include "vgpu/machine/definedness.h"

#include <fmt/format.h>

#include <algorithm>

namespace vgpu {

void start_tracking(Warp& warp) {
  warp.undefined.assign(warp.file_bytes / kRowAlignment + 1, 0);
  warp.tracking = true;
}

void carry_undefined(Warp& warp, const Inst& inst, uint32_t mask) {
  uint32_t* rows = warp.undefined.data() + static_cast<size_t>(warp.registers - warp.file) / kRowAlignment;
  const OpRows& r = inst.rows;
  const auto undefined = [&](int source) { return rows[r.s[source] / kRowAlignment]; };
  const auto bits = [&](int source) { return *row_at<uint32_t>(warp.registers, r.s[source]); };
  uint32_t lanes = undefined(0) | undefined(1) | undefined(2) | undefined(3);
  switch (inst.carry) {
    case Carry::all:
      break;
    case Carry::select:
      lanes = (undefined(0) & bits(2)) | (undefined(1) & ~bits(2)) | undefined(2);
      break;
    case Carry::and_pred:
      lanes &= ~((~undefined(0) & ~bits(0)) | (~undefined(1) & ~bits(1)));
      break;
    case Carry::or_pred:
      lanes &= ~((~undefined(0) & bits(0)) | (~undefined(1) & bits(1)));
      break;
    case Carry::setp_and:
      lanes &= ~(~undefined(2) & ~bits(2));
      break;
    case Carry::setp_or:
      lanes &= ~(~undefined(2) & bits(2));
      break;
  }
  for (const uint32_t d : r.d) {
    uint32_t& of_row = rows[d / kRowAlignment];
    of_row = (of_row & ~mask) | (lanes & mask);
  }
  rows[kNoDestination / kRowAlignment] = 0;
}

void report_undefined(Warp& warp, uint32_t lanes, const std::string& what) {
  lanes = unreported(warp, lanes, Finding::Kind::uninitialized, warp.origin.buffer, 0);
  if (lanes == 0) return;
  const Place read = place_of(warp.launch->program, warp.origin.pc);
  Incident incident;
  incident.kind = Finding::Kind::uninitialized;
  incident.buffer = warp.origin.buffer;
  incident.text =
      fmt::format("{} a value that nobody wrote: it comes from {}, read at line {}", what, warp.origin.what, read.line);
  incident.cause = "is a part of it never stored before it is read?";
  for (uint32_t m = lanes; m != 0; m &= m - 1) report_lane(warp, std::countr_zero(m), incident);
}

}  // namespace vgpu
