#include "grader/sample_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

namespace tritutor {
namespace {

constexpr uint64_t sample_blocks = 64;  // of each step
// Warp instructions of all steps together: what a learner does not notice waiting for.
constexpr uint64_t sample_steps = 400'000, sample_steps_at_least = 50'000;
constexpr uint64_t block_steps = 2'000'000, block_steps_at_least = 250'000;

vgpu::Limits sample_limits(const vgpu::Limits& limits, size_t steps) {
  vgpu::Limits result = limits;
  result.warp_steps = vgpu::Limits{}.warp_steps;
  result.threads = 1;
  result.sample.blocks = sample_blocks;
  result.sample.steps = std::max(sample_steps / steps, sample_steps_at_least);
  result.sample.block_steps = std::max(block_steps / steps, block_steps_at_least);
  return result;
}

uint64_t bytes_of(const Argument& argument, const reference::Values& values) {
  uint64_t bytes = reference::size_of(argument.type);
  for (const int64_t extent : shape_of(argument, values)) bytes *= static_cast<uint64_t>(extent);
  return bytes;
}

std::vector<Device::Buffer> allocate(const Exercise& exercise, const Case& large, const reference::Arrays& inputs,
                                     Device& device) {
  std::vector<Device::Buffer> buffers;
  for (const Argument& argument : exercise.arguments) {
    const bool input = argument.role == Role::input;
    if (!input && argument.role != Role::output) continue;
    BufferSpec spec{argument.name, bytes_of(argument, large.values), input,
                    static_cast<uint32_t>(reference::size_of(argument.type)),
                    std::string(reference::c_name_of(argument.type))};
    spec.lazy = true;
    if (input) spec.pattern = inputs.at(argument.name).bytes;
    buffers.push_back(device.allocate(spec));
  }
  return buffers;
}

/// What is wrong at sizes that no case has, with launch()'s line where it is its plan.
std::string problem_at(const Exercise& exercise, const Case& large, const std::string& message, int line = 0) {
  return fmt::format("at {}, where it is timed{}: {}", sizes_in_words(exercise, large.values),
                     line > 0 ? fmt::format(", line {}", line) : "", message);
}

void run_steps(const Exercise& exercise, const Case& large, const reference::Arrays& inputs, const LaunchPlan& plan,
               const vgpu::Module& module, Device& device, const vgpu::Limits& limits, SampleOutcome& outcome) {
  const std::vector<Device::Buffer> buffers = allocate(exercise, large, inputs, device);
  const std::vector<std::byte> plain = pack_parameters(exercise, large.values, buffers);
  Device::Buffer scratch = 0;
  if (plan.scratch_bytes > 0) {
    BufferSpec spec{"scratch", plan.scratch_bytes, false, 4, "float"};
    spec.lazy = true;
    scratch = device.allocate(spec);
  }
  const vgpu::Limits own = sample_limits(limits, plan.steps.size());
  bool all_there = true;  // every block of the steps before has run: what this one reads is what it would read
  for (const Step& step : plan.steps) {
    vgpu::LaunchResult result = device.run(step, step_parameters(exercise, module, step, plain, scratch), own);
    outcome.stopped = result.stopped;
    if (result.stopped) return;
    if (!result.findings.empty() && all_there) {
      outcome.findings = std::move(result.findings);
      outcome.problem = fmt::format("right at the sizes of the cases, but not at {}, where it is timed",
                                    sizes_in_words(exercise, large.values));
      return;
    }
    if (result.sample_end == vgpu::SampleEnd::waiting) {
      outcome.note = fmt::format(
          "no time could be predicted, since blocks of {} wait for others (or run for very long) and only a sample of "
          "them runs here",
          step.kernel);
      return;
    }
    const bool cut = result.sample_end == vgpu::SampleEnd::cut;
    if (!result.completed && !cut) {
      outcome.note = fmt::format(
          "no time could be predicted, since {} hangs on what all blocks of the steps before it leave", step.kernel);
      return;
    }
    all_there = all_there && result.completed && result.blocks_run == step.grid.count();
    outcome.steps.push_back({step.kernel, step.grid.count(), std::move(result.counters), result.blocks_run, cut});
  }
}

}  // namespace

SampleOutcome run_sample(const PlanContext& context, const Case& large, const reference::Arrays& inputs,
                         Device& plan_device, Device& device, const vgpu::Limits& limits) {
  SampleOutcome outcome;
  try {
    const std::variant<LaunchPlan, Refusal> plan = make_plan(context, large, plan_device, limits);
    if (const auto* refusal = std::get_if<Refusal>(&plan)) {
      outcome.stopped = refusal->kind == "stopped";
      outcome.problem = problem_at(context.exercise, large, refusal->message,
                                   refusal->diagnostics.empty() ? 0 : refusal->diagnostics[0].line);
      return outcome;
    }
    run_steps(context.exercise, large, inputs, std::get<LaunchPlan>(plan), context.module, device, limits, outcome);
  } catch (const vgpu::LoadError& error) {  // a kernel that launch() takes at this size alone
    outcome.problem = problem_at(context.exercise, large,
                                 fmt::format("the virtual GPU cannot run it: {}", error.what()), error.line());
  } catch (const vgpu::LaunchError& error) {
    outcome.problem = problem_at(context.exercise, large, error.what());
  } catch (const std::bad_alloc&) {
    outcome.note = "no time could be predicted, since this machine has too little memory for a sample of the blocks";
  }
  if (!outcome.note.empty()) outcome.steps.clear();
  return outcome;
}

}  // namespace tritutor
