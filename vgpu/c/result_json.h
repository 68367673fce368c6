#pragma once
// What the C interface says of modules, devices and launches, as vgpu_c.h documents it.

#include <string>

#include "grader/judge/profile.h"
#include "vgpu/vgpu.h"

namespace vgpu_c {

std::string kernels_json(const vgpu::Module& module);
std::string profiles_json(const std::vector<tritutor::DeviceProfile>& profiles);
std::string properties_json(const tritutor::DeviceProfile& profile);

/// What was launched: all that the result does not know of itself.
struct Launched {
  std::string kernel;
  vgpu::Dim3 grid, block;
  uint64_t shared_bytes = 0;     ///< static and dynamic, of a block
  uint32_t registers_live = 0;   ///< the kernel's, as the next
  uint32_t most_threads = 1024;  ///< of a block
};
std::string result_json(const Launched& launched, const vgpu::LaunchResult& result,
                        const tritutor::DeviceProfile& profile);

}  // namespace vgpu_c
