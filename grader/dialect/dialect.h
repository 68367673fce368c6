#pragma once
// From a learner's file to a program and its plans: one interface, and a folder for each dialect that implements it.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/device/device.h"
#include "grader/dialect/refusal.h"
#include "vgpu/vgpu.h"

namespace tritutor {

/// A checked plan of one case.
struct LaunchPlan {
  std::vector<Step> steps;
  uint64_t scratch_bytes = 0;  ///< 0: none
  std::string printed;         ///< what printf wrote while it was planned
};

/// Most scratch memory a plan may ask for.
inline constexpr uint64_t max_scratch_bytes = uint64_t{1} << 30;

/// What a file's plans and parameters are made of, beside the file.
struct PlanContext {
  const Exercise& exercise;
  const vgpu::Module& module;  ///< of the file's PTX
  const std::string& file;     ///< as findings are to name it
  vgpu::Hardware hardware{};   ///< of the device that the plan is for
};

/// A learner's file that has compiled.
class CompiledFile {
 public:
  virtual ~CompiledFile() = default;

  std::string ptx;                   ///< for the virtual GPU: compute_80, with line information
  std::string program;               ///< what the PTX calls the learner's file
  std::vector<Diagnostic> warnings;  ///< in the learner's lines
  std::string toolchain;             ///< "NVRTC 13.0"

  /// The same for a GPU of an architecture ("sm_90"), or the PTX where the compiler is older than that, which the
  /// driver takes too. Empty: stopped. Throws std::runtime_error where neither is to be had. May be called on another
  /// thread.
  virtual std::string for_gpu(const std::string& architecture, const std::atomic<bool>* stop) const = 0;

  /// What a case launches, found out on a device that holds the module, and checked: the kernels, their parameters,
  /// grid, block, shared and scratch memory. The refusal's kind is "plan", or "stopped".
  virtual std::variant<LaunchPlan, Refusal> plan(const PlanContext& context, const Case& test, Device& device,
                                                 const vgpu::Limits& limits) const = 0;

  /// The parameter buffer of a step. `buffers` are the device addresses of the exercise's buffer arguments in order,
  /// `scratch` that of the plan's scratch memory.
  virtual std::vector<std::byte> parameters(const PlanContext& context, const Step& step,
                                            const reference::Values& values, const std::vector<Device::Buffer>& buffers,
                                            Device::Buffer scratch) const = 0;
};

/// What a learner writes in.
class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual std::string_view name() const = 0;       ///< "cuda": as verdicts and the record have it
  virtual std::string_view extension() const = 0;  ///< of its files: ".cu"

  /// Compiles the text of a kernel file for an exercise. `include_dir` holds tritutor.cuh. The refusal's kind is
  /// "include", "compile", "signature", "missing-kernel", "environment" or, as `stop` asks, "stopped".
  virtual std::variant<std::unique_ptr<CompiledFile>, Refusal> compile(const Exercise& exercise,
                                                                       const std::filesystem::path& file,
                                                                       const std::string& source,
                                                                       const std::filesystem::path& include_dir,
                                                                       const std::atomic<bool>* stop) const = 0;
};

/// The dialect of a file by its name; CUDA C++ where that does not tell.
const Dialect& dialect_of(const std::filesystem::path& file);

}  // namespace tritutor
