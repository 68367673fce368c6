#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/dialect/cuda/nvrtc.h"
#include "grader/dialect/refusal.h"

namespace tritutor {

/// A learner's file as PTX for compute_80, with the entry that runs its launch().
struct Compiled {
  std::string ptx;
  std::string program;               ///< what the PTX calls the learner's file
  std::vector<Diagnostic> warnings;  ///< in the learner's lines
  std::string toolchain;             ///< "NVRTC 13.0"
  Nvrtc::Program whole;              ///< what was compiled
};

using CompileResult = std::variant<Compiled, Refusal>;

/// Compiles the text of a kernel file for an exercise, once. `include_dir` holds tritutor.cuh. The refusal's kind is
/// "include", "compile", "signature", "missing-kernel", "environment" or, as `stop` asks, "stopped"; its places are in
/// `file`.
CompileResult compile(const Exercise& exercise, const std::filesystem::path& file, const std::string& source,
                      const std::filesystem::path& include_dir, const std::atomic<bool>* stop = nullptr);

/// A program that has compiled to `ptx` for a GPU: a cubin for its architecture ("sm_90"), or where NVRTC is older than
/// that, the PTX, which the driver takes too. Throws NvrtcError where neither is to be had.
std::string compile_for_gpu(const Nvrtc::Program& whole, const std::string& ptx, const std::string& architecture,
                            const std::atomic<bool>* stop);

/// The name under which a file is compiled: its last part, without characters that the log could be misread by.
std::string program_name(const std::filesystem::path& file);

}  // namespace tritutor
