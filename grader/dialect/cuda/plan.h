#pragma once
// The launch plan: what the learner's launch() asks for, computed on the device from the case's sizes, then checked.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/device/device.h"
#include "grader/dialect/cuda/source_scan.h"
#include "grader/dialect/dialect.h"
#include "grader/dialect/refusal.h"

namespace tritutor {

/// Runs launch() for a case on a device that holds the module, and checks what it asks for: the kernels, their
/// parameters, grid, block, shared and scratch memory. `declarations` are the file's. The refusal's kind is "plan", or
/// "stopped".
std::variant<LaunchPlan, Refusal> make_plan(const PlanContext& context, const std::vector<Declaration>& declarations,
                                            const Case& test, Device& device, const vgpu::Limits& limits);

/// The parameter buffer of a step: the exercise's arguments in order. `buffers` are the device addresses of the buffer
/// arguments in order.
std::vector<std::byte> pack_parameters(const Exercise& exercise, const reference::Values& values,
                                       const std::vector<Device::Buffer>& buffers);

/// Those of one step: `parameters` as pack_parameters() gives them, and the address of scratch memory where the step's
/// kernel takes it.
std::vector<std::byte> step_parameters(const Exercise& exercise, const vgpu::Module& module, const Step& step,
                                       std::vector<std::byte> parameters, Device::Buffer scratch);

}  // namespace tritutor
