#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/dialect/dialect.h"
#include "grader/dialect/refusal.h"
#include "vgpu/vgpu.h"

namespace tritutor {

/// A learner's file, ready to run.
struct Program {
  std::string file;  ///< the learner's path, as findings name it
  std::string name;  ///< what the PTX calls that file
  std::unique_ptr<const CompiledFile> compiled;
  std::shared_ptr<const vgpu::Module> module;
  std::vector<LaunchPlan> plans;     ///< of the exercise's cases, in their order; or of BuildOptions::more_cases alone
  std::vector<Diagnostic> warnings;  ///< the compiler's
  std::string toolchain;             ///< "NVRTC 13.0", empty: nothing was compiled
  vgpu::Hardware hardware;           ///< of the device that it is for
  GpuCode gpu_code;                  ///< for the GPU, where there is one

  /// The learner's path where the PTX means the learner's file, else the name as it is.
  std::string own_file(const std::string& in_ptx) const {
    return std::filesystem::path(in_ptx).filename() == name ? file : in_ptx;
  }
  /// A step of a plan as the GPU's code wants it.
  Step on_gpu(Step step) const {
    if (const auto found = gpu_code.shared_bytes.find(step.kernel); found != gpu_code.shared_bytes.end()) {
      step.shared_bytes = found->second;
    }
    return step;
  }
  PlanContext plan_context(const Exercise& exercise) const { return {exercise, *module, file, hardware}; }
  std::vector<std::byte> parameters(const Exercise& exercise, const Step& step, const reference::Values& values,
                                    const std::vector<Device::Buffer>& buffers,
                                    const std::vector<Device::Buffer>& scratch) const {
    return compiled->parameters(plan_context(exercise), step, values, buffers, scratch);
  }
};

struct BuildOptions {
  std::filesystem::path include_dir{};  ///< of tritutor.cuh
  std::vector<Case> more_cases{};       ///< that will be planned beside the exercise's and those that it times
  /// Says, when it is asked, which GPU the file is compiled for too ("sm_90"; empty: none); nullptr: none.
  std::function<std::string()> gpu{};
  const std::atomic<bool>* stop = nullptr;
  Configuration configuration{};
  bool more_cases_alone = false;  ///< the exercise's own are neither compiled for nor planned
};

/// Compiles, loads and plans `source`, the text of `file`. Why it could not is returned; `program` then holds what had
/// been learned of it so far.
std::optional<Refusal> build_program(const Exercise& exercise, const std::filesystem::path& file,
                                     const std::string& source, const BuildOptions& options, Program& program);

}  // namespace tritutor
