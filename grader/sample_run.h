#pragma once
// A timed case at the sizes of a GPU, of which the virtual GPU runs a sample of blocks: what is needed to predict a
// time, and the mistakes that only such sizes bring up: accesses out of bounds, an output that the grid does not cover,
// values that the sampled blocks got wrong (sample_check.h).
//
// A step that reads what an earlier one left finds zeros where blocks of that one did not run. Where its work hangs on
// such values, not on sizes alone, it is counted wrongly; none of its findings is held against the kernel then.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/device/virtual_device.h"
#include "grader/dialect/dialect.h"
#include "grader/judge/compare.h"
#include "grader/judge/predict.h"
#include "reference/functions.h"

namespace tritutor {

struct Program;

struct SampleOutcome {
  std::vector<StepCounters> steps;      ///< of the whole plan; empty: nothing can be predicted
  std::string problem;                  ///< why the kernel cannot be right at these sizes; empty: nothing was found
  std::vector<vgpu::Finding> findings;  ///< that belong to the problem
  std::optional<Mismatch> mismatch;     ///< likewise
  std::string note;                     ///< why nothing can be predicted where that is not the kernel's fault
  bool stopped = false;
};

/// A new device with the program, for launch(), for the steps, and for running them once more.
using MakeDevice = std::function<std::unique_ptr<VirtualDevice>()>;

/// The sample of one timed case.
class Sample {
 public:
  /// `large` is the case with the sizes of a GPU. `inputs` are the case's own, which are repeated over the larger
  /// buffers. `limits` are those of the plan; its stop flag holds for the sample too. The exercise and
  /// the program must outlive the sample.
  Sample(const Exercise& exercise, const Program& program, Case large, reference::Arrays inputs, MakeDevice make_device,
         const vgpu::Limits& limits);
  ~Sample();
  Sample(const Sample&) = delete;
  Sample& operator=(const Sample&) = delete;

  /// Plans the case, runs the sample and judges it, in some tens of milliseconds.
  void run();
  /// Whether it leaves doubts about how an output is covered. settle() resolves them in a second or two: of use only
  /// where every case passes.
  bool in_doubt() const { return in_doubt_; }
  void settle();

  const SampleOutcome& outcome() const { return outcome_; }

 private:
  class Run;
  void guarded(const std::function<void()>& work);

  const Exercise& exercise_;
  const Program& program_;
  const Case large_;
  const reference::Arrays inputs_;
  const MakeDevice make_device_;
  const vgpu::Limits limits_;
  LaunchPlan plan_;
  std::unique_ptr<Run> run_;
  SampleOutcome outcome_;
  bool in_doubt_ = false;
};

}  // namespace tritutor
