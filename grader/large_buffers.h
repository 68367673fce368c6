#pragma once
// The buffers of a case at the sizes of a GPU on the virtual GPU, which cost only what is touched of them.

#include <cstdint>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/device/device.h"
#include "grader/dialect/dialect.h"
#include "reference/array.h"

namespace tritutor {

/// An output of the large case on a device.
struct LargeOutput {
  const Argument* argument = nullptr;
  Device::Buffer buffer = 0;
  uint64_t elements = 0;
};

struct LargeBuffers {
  std::vector<Device::Buffer> arguments;  ///< inputs and outputs in order
  std::vector<LargeOutput> outputs;
  std::vector<Device::Buffer> scratch;  ///< the plan's
};

/// Inputs hold `inputs` again and again, which must outlive the buffers; everything else is zeros.
LargeBuffers allocate_large(const Exercise& exercise, const Case& large, const reference::Arrays& inputs,
                            const LaunchPlan& plan, Device& device);

}  // namespace tritutor
