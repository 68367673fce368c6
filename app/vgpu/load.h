#pragma once

#include <memory>

#include "app/vgpu/source.h"
#include "vgpu/vgpu.h"

namespace vgpu_program {

/// Parses and decodes. Throws tritutor::CommandError (bad usage) with the place.
std::shared_ptr<const vgpu::Module> load_module(const Source& source);

}  // namespace vgpu_program
