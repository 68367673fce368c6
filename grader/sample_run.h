#pragma once
// A timed case at the sizes of a GPU, of which the virtual GPU runs a sample of blocks: what is needed to predict a
// time, and the mistakes that only such sizes bring up: accesses out of bounds, an output that the grid does not cover,
// values that the sampled blocks got wrong (sample_check.h).
//
// A step that reads what an earlier one left finds zeros where blocks of that one did not run. Where its work hangs on
// such values, not on sizes alone, it is counted wrongly; none of its findings is held against the kernel then.

#include <optional>
#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/device/device.h"
#include "grader/dialect/cuda/plan.h"
#include "grader/judge/compare.h"
#include "grader/judge/predict.h"
#include "reference/functions.h"

namespace tritutor {

struct SampleOutcome {
  std::vector<StepCounters> steps;      ///< of the whole plan; empty: nothing can be predicted
  std::string problem;                  ///< why the kernel cannot be right at these sizes; empty: nothing was found
  std::vector<vgpu::Finding> findings;  ///< that belong to the problem
  std::optional<Mismatch> mismatch;     ///< likewise
  std::string note;                     ///< why nothing can be predicted where that is not the kernel's fault
  bool stopped = false;
};

struct SampleDevices {
  Device &plan, &steps, &again;
};

/// Plans and samples `large`, a case with the sizes of a GPU. `inputs` are the case's own, which are repeated over the
/// larger buffers. Fresh devices: one for launch(), one for the steps, and one to run them once more on where the
/// sample leaves doubts. `limits` are those of the plan; its stop
/// flag holds for the sample too.
SampleOutcome run_sample(const PlanContext& context, const Case& large, const reference::Arrays& inputs,
                         const SampleDevices& devices, const vgpu::Limits& limits);

}  // namespace tritutor
