#pragma once

#include <vector>

#include "grader/judge/profile.h"

namespace vgpu_c {

/// Those of grader/profiles when the library was built, by file name.
std::vector<tritutor::DeviceProfile> built_in_profiles();

}  // namespace vgpu_c
