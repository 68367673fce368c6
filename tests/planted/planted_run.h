#pragma once
// A planted bug compiled and run on the virtual GPU.

#include "tests/planted/planted_case.h"
#include "vgpu/vgpu.h"

namespace planted {

/// Compiles the file and launches its one kernel with the header's arguments. Everything that goes wrong on the way is
/// an exception.
vgpu::LaunchResult run(const Case& wanted);

}  // namespace planted
