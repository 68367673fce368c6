#pragma once
// A launch that was ended because it took far too long: what made it so, from what it did until then.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vgpu/vgpu.h"

namespace tritutor {

/// A buffer that the exercise hands the kernel.
struct LargeBuffer {
  std::string name;
  uint64_t elements = 0;
};

struct SlowLaunch {
  std::string kernel;
  vgpu::Dim3 grid, block;
  const vgpu::LaunchResult& result;  ///< of the ended launch
  std::vector<LargeBuffer> buffers;
};

/// How the message of such a finding begins: no loop of it is endless, it is just too much.
inline constexpr std::string_view too_slow_to_use = "too slow to be right to use";

/// Rewrites the launch's timeout finding for a learner: the message with the case's `sizes` ("n = 1000"), the line that
/// costs most, and the cause where the counters show one: a grid of blocks without work, or threads that each go
/// through a whole buffer.
void explain(const SlowLaunch& launch, const std::string& sizes, vgpu::Finding& finding);

}  // namespace tritutor
