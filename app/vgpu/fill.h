#pragma once

#include <cstddef>
#include <span>

#include "app/vgpu/argument.h"

namespace vgpu_program {

/// Writes the initial values of a buffer or a struct into its bytes; nothing where they are undefined. The same
/// numbers on every machine. Throws tritutor::CommandError where a file cannot be read or has another size.
void fill(const Argument& argument, std::span<std::byte> bytes);

}  // namespace vgpu_program
