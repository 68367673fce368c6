#pragma once

#include <memory>
#include <string>

#include "app/vgpu/source.h"
#include "vgpu/vgpu.h"

namespace vgpu_program {

/// Parses and decodes. Throws tritutor::CommandError (bad usage) with the place.
std::shared_ptr<const vgpu::Module> load_module(const Source& source);

/// Throws the same for a kernel that the virtual GPU cannot run.
void require_runnable(const vgpu::KernelInfo& kernel, const Source& source);

/// The place of what cannot be loaded or run, as the user wrote it: "x.cu:7", or the file where no line is known.
std::string place_of(const vgpu::LoadError& error, const Source& source);

}  // namespace vgpu_program
