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
  std::vector<LaunchPlan> plans;     ///< of the exercise's cases, in their order
  std::vector<Diagnostic> warnings;  ///< the compiler's
  std::string toolchain;             ///< "NVRTC 13.0", empty: nothing was compiled
  vgpu::Hardware hardware;           ///< of the device that it is for
  std::string gpu_code;              ///< for the GPU, where there is one

  /// The learner's path where the PTX means the learner's file, else the name as it is.
  std::string own_file(const std::string& in_ptx) const {
    return std::filesystem::path(in_ptx).filename() == name ? file : in_ptx;
  }
  PlanContext plan_context(const Exercise& exercise) const { return {exercise, *module, file, hardware}; }
  std::vector<std::byte> parameters(const Exercise& exercise, const Step& step, const reference::Values& values,
                                    const std::vector<Device::Buffer>& buffers, Device::Buffer scratch) const {
    return compiled->parameters(plan_context(exercise), step, values, buffers, scratch);
  }
};

/// Compiles, loads and plans `source`, the text of `file`. `gpu` says, when it is
/// asked, which GPU it is compiled for too ("sm_90"; empty: none); nullptr: none. Why it could not is returned;
/// `program` then holds what had been learned of it so far.
std::optional<Refusal> build_program(const Exercise& exercise, const std::filesystem::path& file,
                                     const std::string& source, const std::filesystem::path& include_dir,
                                     const std::function<std::string()>& gpu, const std::atomic<bool>* stop,
                                     Program& program);

}  // namespace tritutor
