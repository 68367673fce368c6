#pragma once
// What of a submission runs on a GPU: the cases again, then full size and time. The virtual GPU has looked for mistakes
// first; where the two disagree, one of them is wrong.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "grader/case_run.h"
#include "grader/curriculum/curriculum.h"
#include "grader/device/gpu.h"
#include "grader/judge/timing.h"
#include "grader/program.h"
#include "grader/progress.h"

namespace tritutor {

/// What is wrong on the GPU, or that nothing is.
struct GpuFault {
  std::string problem;  ///< a sentence; empty: nothing is wrong
  std::optional<Mismatch> mismatch;
  std::vector<vgpu::Finding> findings;
  bool found() const { return !problem.empty() || mismatch || !findings.empty(); }
};

/// One timed case at full size.
struct GpuMeasured {
  GpuFault fault;
  bool differs = false;  ///< the fault is one that the virtual GPU does not see
  Measurement measurement;
  std::string limit;    ///< what it was held against, in words: "cuBLAS 13.0.2", "a copy of 537 MB"
  double empty_us = 0;  ///< what a pair of events around nothing takes, where the kernel is short; 0: not measured
  std::string note;     ///< what a reader of the time should know; empty: nothing
};

class GpuWork {
 public:
  struct Options {
    uint64_t seed = 0;                        ///< what the data of full size are drawn from
    unsigned threads = 0;                     ///< host threads, 0: as many as there are cores
    const std::atomic<bool>* stop = nullptr;  ///< Ctrl-C
    Progress* progress = nullptr;             ///< nullptr: nobody waits
    double round_seconds = 2;                 ///< what timing may take, and once more where a line is open
  };

  /// Starts the GPU's process and has the grader's kernels compiled, on a thread of its own.
  /// The GPU by its number; nullopt: the first that works.
  GpuWork(const Exercise& exercise, std::optional<int> ordinal, const Options& options);
  ~GpuWork();

  /// Waits until the GPU is ready. Empty: it is; else why it is not going to be.
  std::string why_not();

  // Of one that is ready. Each throws GpuError (absent, stopped).

  const GpuInfo& info() const { return gpu_->info(); }

  /// The program, compiled for this GPU; before anything else.
  void load(const Program& program);
  /// A case on a GPU in a fresh state. May be called by several threads; one at a time runs.
  GpuFault run_case(const Case& test, const CaseData& data, const LaunchPlan& plan);
  /// A timed case: right at full size? How fast?
  GpuMeasured measure(const Case& large, const Thresholds& thresholds);
  /// What this GPU does at most.
  GpuRates rates();

 private:
  struct Set;
  class Timer;

  void start(std::optional<int> ordinal);
  LaunchPlan plan_of(const Case& large) const;
  GpuFault fault_of(const GpuError& error, const std::string& where) const;
  /// What the virtual GPU finds when all of a case runs there.
  std::vector<vgpu::Finding> ask_virtual_gpu(const Case& large, const reference::Arrays& inputs,
                                             const LaunchPlan& plan) const;

  const Exercise& exercise_;
  const Options options_;
  const Program* program_ = nullptr;
  std::mutex mutex_;
  std::unique_ptr<Gpu> gpu_;
  std::string why_not_;
  std::jthread starter_;
};

/// Where cuBLAS may lie on this machine, best first.
std::vector<std::string> cublas_candidates();

}  // namespace tritutor
