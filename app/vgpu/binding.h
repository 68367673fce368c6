#pragma once
// A kernel's parameters and what the command line gives for them.

#include <cstddef>
#include <string>
#include <vector>

#include "app/vgpu/argument.h"
#include "vgpu/vgpu.h"

namespace vgpu_program {

/// One parameter and its argument.
struct Bound {
  Argument argument;
  std::string name;           ///< given, or the source's, or arg0, arg1, ...
  vgpu::Address address = 0;  ///< of a buffer
};

/// Pairs them up. `names` are the source's, or empty. Throws tritutor::CommandError that shows both sides, where the
/// counts, sizes or kinds differ.
std::vector<Bound> pair_up(const vgpu::KernelInfo& kernel, const std::vector<Argument>& arguments,
                           const std::vector<std::string>& names);

/// Allocates and fills the buffers, and builds the parameter buffer for the launch. Throws tritutor::CommandError.
/// `sampled`: buffers that start without values, or as zeros, cost only what is touched and count as written.
std::vector<std::byte> upload(vgpu::Gpu& gpu, const vgpu::KernelInfo& kernel, std::vector<Bound>& bound, bool sampled);

/// What --out and --print name: a buffer by its index (from 0) or its name. Throws tritutor::CommandError; `option` is
/// the text for it.
size_t find_buffer(const std::vector<Bound>& bound, const std::string& which, const std::string& option);

}  // namespace vgpu_program
