#pragma once
// A planted bug compiled and run on the virtual GPU.

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tests/planted/planted_case.h"
#include "vgpu/vgpu.h"

namespace planted {

/// Of each buffer by its name, what lies in it afterwards.
using Buffers = std::map<std::string, std::vector<std::byte>>;

/// Compiles the file and launches its one kernel with the header's arguments. Everything that goes wrong on the way is
/// an exception. `buffers`, where given, gets what the kernel left.
vgpu::LaunchResult run(const Case& wanted, Buffers* buffers = nullptr);

}  // namespace planted
