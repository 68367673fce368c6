#pragma once

#include "grader/device/device.h"
#include "grader/judge/time_model.h"

namespace tritutor {

/// What a step counted, with what the model needs to know of its blocks.
StepCounters counted(const Step& step, const vgpu::Module& module, vgpu::Counters counters, uint64_t blocks_run,
                     bool at_least);

}  // namespace tritutor
