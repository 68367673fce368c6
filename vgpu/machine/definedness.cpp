#include "vgpu/machine/definedness.h"

#include <fmt/format.h>

#include <algorithm>

namespace vgpu {

void start_tracking(Warp& warp) {
  warp.undefined.assign(warp.file_bytes / kRowAlignment + 1, 0);
  warp.tracking = true;
}

void report_undefined(Warp& warp, uint32_t lanes, const std::string& what) {
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
