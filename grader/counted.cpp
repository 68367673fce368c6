#include "grader/counted.h"

#include <utility>

namespace tritutor {

StepCounters counted(const Step& step, const vgpu::Module& module, vgpu::Counters counters, uint64_t blocks_run,
                     bool at_least) {
  StepCounters result;
  result.kernel = step.kernel;
  result.blocks = step.grid.count();
  result.counters = std::move(counters);
  result.blocks_run = blocks_run;
  result.at_least = at_least;
  result.threads = step.block.count();
  result.shared_bytes = step.shared_bytes;
  if (const vgpu::KernelInfo* kernel = module.find_kernel(step.kernel)) {
    result.shared_bytes += kernel->static_shared_bytes;
    result.registers_live = kernel->registers_live;
    result.most_threads = kernel->max_threads_per_block;
  }
  return result;
}

}  // namespace tritutor
