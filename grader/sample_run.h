#pragma once
// A timed case at the sizes of a GPU, of which the virtual GPU runs a sample of blocks: what is needed to predict a
// time, and the mistakes that only such sizes bring up. Results are not compared: most of them were never computed.
//
// A step that reads what an earlier one left finds zeros where blocks of that one did not run. Where its work hangs on
// such values, not on sizes alone, it is counted wrongly; none of its findings is held against the kernel then.

#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/device/device.h"
#include "grader/dialect/cuda/plan.h"
#include "grader/judge/predict.h"
#include "reference/functions.h"

namespace tritutor {

struct SampleOutcome {
  std::vector<StepCounters> steps;      ///< of the whole plan; empty: nothing can be predicted
  std::string problem;                  ///< why the kernel cannot be right at these sizes; empty: nothing was found
  std::vector<vgpu::Finding> findings;  ///< that belong to the problem
  std::string note;                     ///< why nothing can be predicted where that is not the kernel's fault
  bool stopped = false;
};

/// Plans and samples `large`, a case with the sizes of a GPU. `inputs` are the case's own, which are repeated over the
/// larger buffers. Two fresh devices, one for launch() and one for the steps. `limits` are those of the plan; its stop
/// flag holds for the sample too.
SampleOutcome run_sample(const PlanContext& context, const Case& large, const reference::Arrays& inputs,
                         Device& plan_device, Device& device, const vgpu::Limits& limits);

}  // namespace tritutor
