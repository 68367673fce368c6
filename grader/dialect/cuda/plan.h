#pragma once
// The launch plan: what the learner's launch() asks for, computed on the device from the case's sizes, then checked.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/device/device.h"
#include "grader/dialect/cuda/source_scan.h"
#include "grader/dialect/refusal.h"

namespace tritutor {

/// A checked plan of one case.
struct LaunchPlan {
  std::vector<Step> steps;
  uint64_t scratch_bytes = 0;  ///< 0: none
  std::string printed;         ///< what printf wrote within launch()
};

/// What checking a plan needs to know of the file.
struct PlanContext {
  const Exercise& exercise;
  const vgpu::Module& module;
  const std::vector<Declaration>& declarations;  ///< of the source
  const std::string& file;                       ///< as findings are to name it
  vgpu::Hardware hardware{};                     ///< of the device that the plan is for
};

/// Most scratch memory a plan may ask for.
inline constexpr uint64_t max_scratch_bytes = uint64_t{1} << 30;

/// Runs launch() for a case on a device that holds the module, and checks what it asks for: the kernels, their
/// parameters, grid, block, shared and scratch memory. The refusal's kind is "plan", or "stopped".
std::variant<LaunchPlan, Refusal> make_plan(const PlanContext& context, const Case& test, Device& device,
                                            const vgpu::Limits& limits);

/// The parameter buffer of a step: the exercise's arguments in order. `buffers` are the device addresses of the buffer
/// arguments in order.
std::vector<std::byte> pack_parameters(const Exercise& exercise, const reference::Values& values,
                                       const std::vector<Device::Buffer>& buffers);

/// Those of one step: `parameters` as pack_parameters() gives them, and the address of scratch memory where the step's
/// kernel takes it.
std::vector<std::byte> step_parameters(const Exercise& exercise, const vgpu::Module& module, const Step& step,
                                       std::vector<std::byte> parameters, Device::Buffer scratch);

}  // namespace tritutor
