#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/vgpu/binding.h"
#include "vgpu/vgpu.h"

namespace vgpu_program {

/// Values of a buffer to be shown.
struct Shown {
  size_t argument = 0;       ///< its index
  uint64_t first_count = 0;  ///< so many from its start, at most its own count
  std::vector<std::byte> values;
};

/// What one launch was and did: all that the terminal and the JSON say.
struct Outcome {
  std::string file;
  vgpu::KernelInfo kernel;
  vgpu::Dim3 grid, block;
  uint32_t dynamic_shared = 0;  // bytes
  std::vector<Bound> arguments;
  vgpu::LaunchResult result;
  bool sampled = false;  ///< --sample: only some blocks ran
  std::vector<Shown> shown;
};

}  // namespace vgpu_program
