#include "grader/large_buffers.h"

#include <string>

namespace tritutor {

LargeBuffers allocate_large(const Exercise& exercise, const Case& large, const reference::Arrays& inputs,
                            const LaunchPlan& plan, Device& device) {
  LargeBuffers buffers;
  for (const Argument& argument : exercise.arguments) {
    const bool input = argument.role == Role::input;
    if (!input && argument.role != Role::output) continue;
    const uint64_t elements = elements_of(argument, large.values);
    const auto element_bytes = static_cast<uint32_t>(reference::size_of(argument.type));
    BufferSpec spec{argument.name, elements * element_bytes, input, element_bytes,
                    std::string(reference::c_name_of(argument.type))};
    spec.lazy = true;
    if (input) spec.pattern = inputs.at(argument.name).bytes;
    buffers.arguments.push_back(device.allocate(spec));
    if (!input) buffers.outputs.push_back({&argument, buffers.arguments.back(), elements});
  }
  for (const ScratchBuffer& each : plan.scratch) {
    BufferSpec spec{each.name, each.bytes, false, each.element_bytes, each.element_name};
    spec.lazy = true;
    buffers.scratch.push_back(device.allocate(spec));
  }
  return buffers;
}

}  // namespace tritutor
