#pragma once
// Where a kernel is to run: what --device says, and what that takes.

#include <optional>
#include <string>
#include <variant>

#include "grader/device/gpu.h"
#include "grader/dialect/refusal.h"
#include "vgpu/vgpu.h"

namespace tritutor {

/// Which device is asked for.
struct DeviceChoice {
  bool gpu = false;
  bool needed = false;         ///< without a GPU nothing runs
  std::optional<int> ordinal;  ///< of the GPU; nullopt: the first that works
};

/// "auto", "virtual", "cuda" or "cuda:1". The refusal's kind is "environment".
std::variant<DeviceChoice, Refusal> device_choice(const std::string& device);

/// That there is no GPU where one is needed.
Refusal no_gpu(const std::string& why_not);

/// The virtual GPU as large as a GPU, so that a plan that the one allows runs on the other.
vgpu::Hardware hardware_of(const GpuInfo& info);

}  // namespace tritutor
