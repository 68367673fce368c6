#pragma once
// Threads of a block in words: "threads 0 to 15".

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vgpu/vgpu.h"

namespace vgpu {

/// Threads of a block: a warp's number and its lanes, each warp at most once and in order.
using ThreadSet = std::vector<std::pair<uint32_t, uint32_t>>;

/// "thread 5", "threads 0 to 15", "threads 1, 3, 5 and 13 more"; "(x,y)" or "(x,y,z)" where the block has more than one
/// dimension. Empty for no thread.
std::string threads_text(const Dim3& block, const ThreadSet& threads);
uint32_t count_of(const ThreadSet& threads);

}  // namespace vgpu
