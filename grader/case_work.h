#pragma once
// The work of a submission on host threads: the cases' data are made while the file is compiled, then every case and
// every sample runs. What a case comes to depends on the case alone, so the order of work cannot be seen in the
// verdict.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "grader/case_run.h"
#include "grader/curriculum/curriculum.h"
#include "grader/device/virtual_device.h"
#include "grader/dialect/refusal.h"
#include "grader/gpu_work.h"
#include "grader/program.h"
#include "grader/progress.h"
#include "grader/sample_run.h"

namespace tritutor {

/// One case, and what it came to.
struct CaseJob {
  uint64_t seed = 0;
  CaseData data;
  CaseOutcome outcome;
  std::optional<GpuFault> on_gpu;  ///< what the GPU said of it; nullopt: it was not asked
  bool ran = false;
  std::atomic<bool> stop{false};  ///< ends the case: Ctrl-C, or an earlier case ended the submission
  std::optional<Refusal> refusal;
  std::exception_ptr failure;
};

/// A timed case at the sizes of a GPU.
struct SampleJob {
  SampleOutcome outcome;
  std::unique_ptr<Sample> in_doubt;  ///< what is left to settle; nullptr: nothing
  std::atomic<bool> ran{false};      ///< or will not run
  std::atomic<bool> stop{false};     ///< Ctrl-C, or a case failed and no time is asked for
  std::exception_ptr failure;
};

class CaseWork {
 public:
  struct Options {
    bool all_cases = true;                    ///< false: stop at the first case that fails
    bool gpu_alone = false;                   ///< the virtual GPU plans, and runs nothing
    unsigned threads = 0;                     ///< 0: as many as there are cores
    const std::atomic<bool>* stop = nullptr;  ///< Ctrl-C
    Progress* progress = nullptr;             ///< nullptr: nobody waits
  };

  /// Starts to make the cases' data. `seed` is what hidden cases' seeds are drawn from.
  CaseWork(const Exercise& exercise, uint64_t seed, const Options& options);
  ~CaseWork();

  /// Runs everything, on the calling thread too, and returns when it is done. Once at most. `gpu` runs the cases too;
  /// nullptr: there is none.
  void run(const Program& program, GpuWork* gpu);

  bool stopped() const { return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed); }
  std::vector<CaseJob>& cases() { return jobs_; }
  std::vector<SampleJob>& samples() { return samples_; }  ///< of each timed case; unused where it is timed as it is
  /// The first case that ended the submission: nothing after it counts as run. SIZE_MAX: none did.
  size_t hard_failure() const { return hard_failure_.load(); }

 private:
  enum class Build : uint8_t { going, done, refused };

  std::vector<size_t> work_order() const;
  void finish_build(Build how);
  void watch(const std::stop_token& done);
  void fail_hard(size_t index);
  void work();
  void work_on_case(size_t index);
  void work_on_sample(size_t index);
  void run_sample(size_t index);
  static void finish(SampleJob& job);
  void work_on_doubts(size_t index);
  void run_job(size_t index, CaseJob& job);
  void run_once_more(size_t index, VirtualDevice& device, const vgpu::Limits& limits, CaseOutcome& outcome);
  void run_on_gpu(size_t index, CaseJob& job);
  bool given_up() const { return build_.load() == Build::refused || stopped(); }

  const Exercise& exercise_;
  const Options options_;
  const Program* program_ = nullptr;  ///< once it is built
  GpuWork* gpu_ = nullptr;
  std::vector<CaseJob> jobs_;
  std::vector<SampleJob> samples_;
  std::vector<size_t> order_;
  size_t doubts_ = 0;  ///< how many of them, at its end, only settle what samples leave in doubt
  unsigned threads_ = 1;
  std::atomic<size_t> next_{0};
  std::atomic<size_t> hard_failure_{SIZE_MAX};
  std::atomic<Build> build_{Build::going};
  std::vector<std::jthread> workers_;
  std::jthread watcher_;
};

}  // namespace tritutor
