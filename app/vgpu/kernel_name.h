#pragma once
// Kernels by the names people use: what is not extern "C" has a mangled name in PTX.

#include <string>
#include <string_view>
#include <vector>

#include "vgpu/vgpu.h"

namespace vgpu_program {

/// "_Z4copyPKfPf" -> "copy(float const*, float*)"; a name that is not mangled as it is.
std::string demangled(const std::string& name);

/// "_ZN2ns4copyIfEEvPKT_PS1_" -> "copy": no namespaces, template arguments or parameters.
std::string base_name(const std::string& name);

/// The kernel that `wanted` names: as PTX does, as C++ does (ns::copy<float>), or by its base name; empty: the only
/// one. Throws tritutor::CommandError that lists the kernels where there is none or more than one such.
const vgpu::KernelInfo& choose_kernel(const std::vector<vgpu::KernelInfo>& kernels, const std::string& wanted,
                                      const std::string& file);

}  // namespace vgpu_program
