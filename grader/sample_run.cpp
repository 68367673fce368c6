#include "grader/sample_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <new>

#include "grader/sample_check.h"

namespace tritutor {
namespace {

constexpr uint64_t sample_blocks = 64;  // of each step
// Warp instructions of all steps together: what a learner does not notice waiting for.
constexpr uint64_t sample_steps = 400'000, sample_steps_at_least = 50'000;
// Of whole grids that are run to be sure of what their sample made likely: a second or two.
constexpr uint64_t again_steps = 120'000'000;
constexpr uint64_t block_steps = 2'000'000, block_steps_at_least = 250'000;

vgpu::Limits sample_limits(const vgpu::Limits& limits, size_t steps) {
  vgpu::Limits result = limits;
  result.warp_steps = vgpu::Limits{}.warp_steps;
  result.threads = 1;
  result.sample.blocks = sample_blocks;
  result.sample.writes = true;
  result.sample.steps = std::max(sample_steps / steps, sample_steps_at_least);
  result.sample.block_steps = std::max(block_steps / steps, block_steps_at_least);
  return result;
}

uint64_t bytes_of(const Argument& argument, const reference::Values& values) {
  uint64_t bytes = reference::size_of(argument.type);
  for (const int64_t extent : shape_of(argument, values)) bytes *= static_cast<uint64_t>(extent);
  return bytes;
}

/// The large case's buffers on a device.
struct Buffers {
  std::vector<Device::Buffer> arguments;  ///< inputs and outputs in order
  std::vector<LargeOutput> outputs;
  Device::Buffer scratch = 0;
};

Buffers allocate(const Exercise& exercise, const Case& large, const reference::Arrays& inputs, const LaunchPlan& plan,
                 Device& device) {
  Buffers buffers;
  for (const Argument& argument : exercise.arguments) {
    const bool input = argument.role == Role::input;
    if (!input && argument.role != Role::output) continue;
    BufferSpec spec{argument.name, bytes_of(argument, large.values), input,
                    static_cast<uint32_t>(reference::size_of(argument.type)),
                    std::string(reference::c_name_of(argument.type))};
    spec.lazy = true;
    if (input) spec.pattern = inputs.at(argument.name).bytes;
    buffers.arguments.push_back(device.allocate(spec));
    if (!input) buffers.outputs.push_back({&argument, buffers.arguments.back(), spec.bytes / spec.element_bytes});
  }
  if (plan.scratch_bytes > 0) {
    BufferSpec spec{"scratch", plan.scratch_bytes, false, 4, "float"};
    spec.lazy = true;
    buffers.scratch = device.allocate(spec);
  }
  return buffers;
}

reference::Views views_of(const Exercise& exercise, const Buffers& buffers, const Device& device) {
  reference::Views views;
  size_t buffer = 0;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role != Role::input && argument.role != Role::output) continue;
    const Device::Buffer address = buffers.arguments[buffer++];
    if (argument.role == Role::input)
      views.emplace(argument.name, reference::View{argument.type, device.view(address)});
  }
  return views;
}

/// What is wrong at sizes that no case has, with launch()'s line where it is its plan.
std::string problem_at(const Exercise& exercise, const Case& large, const std::string& message, int line = 0) {
  return fmt::format("at {}, where it is timed{}: {}", sizes_in_words(exercise, large.values),
                     line > 0 ? fmt::format(", line {}", line) : "", message);
}

/// The large case, its plan, and what its sample has come to so far.
class SampleRun : CoverageProof {
 public:
  SampleRun(const PlanContext& context, const Case& large, const reference::Arrays& inputs, const LaunchPlan& plan,
            const SampleDevices& devices, const vgpu::Limits& limits, SampleOutcome& outcome)
      : context_(context),
        exercise_(context.exercise),
        large_(large),
        inputs_(inputs),
        plan_(plan),
        devices_(devices),
        limits_(limits),
        outcome_(outcome) {}

  void run() {
    run_steps();
    if (!outcome_.problem.empty() || outcome_.stopped) return;
    check_values();
    if (outcome_.problem.empty() && writes_.size() == plan_.steps.size()) check_coverage();
  }

 private:
  void run_steps();
  void check_values();
  void check_coverage();
  std::optional<std::vector<vgpu::Coverage>> run_whole() override;
  std::vector<StepWrites> run_larger_sample() override;
  bool run_again(const vgpu::Limits& limits, const std::function<void(const Step&, vgpu::LaunchResult&)>& each);

  const PlanContext& context_;
  const Exercise& exercise_;
  const Case& large_;
  const reference::Arrays& inputs_;
  const LaunchPlan& plan_;
  const SampleDevices& devices_;
  const vgpu::Limits& limits_;
  SampleOutcome& outcome_;

  Buffers buffers_, again_;
  std::vector<StepWrites> writes_;  // of each step
  /// Of each output: what its sampled blocks stored, where one step alone writes it and saw all it reads.
  std::vector<SampledValues> values_;
  std::vector<size_t> writers_;  // of each output: how many steps write it
};

void SampleRun::run_steps() {
  buffers_ = allocate(exercise_, large_, inputs_, plan_, devices_.steps);
  values_.resize(buffers_.outputs.size());
  writers_.resize(buffers_.outputs.size());
  const std::vector<std::byte> plain = pack_parameters(exercise_, large_.values, buffers_.arguments);
  const vgpu::Limits own = sample_limits(limits_, plan_.steps.size());
  bool all_there = true;  // every block of the steps before has run: what this one reads is what it would read
  for (const Step& step : plan_.steps) {
    vgpu::LaunchResult result =
        devices_.steps.run(step, step_parameters(exercise_, context_.module, step, plain, buffers_.scratch), own);
    outcome_.stopped = result.stopped;
    if (result.stopped) return;
    if (!result.findings.empty() && all_there) {
      outcome_.findings = std::move(result.findings);
      outcome_.problem = fmt::format("right at the sizes of the cases, but not at {}, where it is timed",
                                     sizes_in_words(exercise_, large_.values));
      return;
    }
    writes_.push_back(writes_of(step, result, buffers_.outputs));
    for (size_t o = 0; o < values_.size(); ++o) {
      const std::vector<BlockElements>& blocks = writes_.back().blocks[o];
      if (std::all_of(blocks.begin(), blocks.end(), [](const auto& block) { return block.elements.empty(); })) continue;
      ++writers_[o];
      if (all_there) values_[o] = take_values(exercise_, large_, buffers_.outputs[o], blocks, devices_.steps);
    }
    if (result.sample_end == vgpu::SampleEnd::waiting) {
      outcome_.note = fmt::format(
          "no time could be predicted, since blocks of {} wait for others (or run for very long) and only a sample of "
          "them runs here",
          step.kernel);
      return;
    }
    const bool cut = result.sample_end == vgpu::SampleEnd::cut;
    if (!result.completed && !cut) {
      outcome_.note = fmt::format(
          "no time could be predicted, since {} hangs on what all blocks of the steps before it leave", step.kernel);
      return;
    }
    all_there = all_there && result.completed && result.blocks_run == step.grid.count();
    outcome_.steps.push_back({step.kernel, step.grid.count(), std::move(result.counters), result.blocks_run, cut});
  }
}

void SampleRun::check_values() {
  const reference::Views views = views_of(exercise_, buffers_, devices_.steps);
  for (size_t o = 0; o < values_.size(); ++o) {
    if (writers_[o] != 1) continue;
    outcome_.mismatch = tritutor::check_values(exercise_, large_, buffers_.outputs[o], values_[o], views);
    if (!outcome_.mismatch) continue;
    outcome_.problem = fmt::format("right at the sizes of the cases, but not at {}, where it is timed:",
                                   sizes_in_words(exercise_, large_.values));
    return;
  }
}

void SampleRun::check_coverage() {
  const auto fault = tritutor::check_coverage(buffers_.outputs, writes_, *this);
  if (fault && !outcome_.stopped) outcome_.problem = problem_at(exercise_, large_, fault->message);
}

/// Runs every step once more, on fresh memory. False where one does not come to its end.
bool SampleRun::run_again(const vgpu::Limits& limits,
                          const std::function<void(const Step&, vgpu::LaunchResult&)>& each) {
  if (again_.arguments.empty()) {
    again_ = allocate(exercise_, large_, inputs_, plan_, devices_.again);
    for (const LargeOutput& output : again_.outputs) devices_.again.watch_writes(output.buffer);
  }
  const std::vector<std::byte> plain = pack_parameters(exercise_, large_.values, again_.arguments);
  for (const Step& step : plan_.steps) {
    vgpu::LaunchResult result =
        devices_.again.run(step, step_parameters(exercise_, context_.module, step, plain, again_.scratch), limits);
    outcome_.stopped = result.stopped;
    if (!result.completed) return false;
    each(step, result);
  }
  return true;
}

std::optional<std::vector<vgpu::Coverage>> SampleRun::run_whole() {
  uint64_t steps = 0;
  for (const StepWrites& step : writes_) steps += step.warp_instructions;
  if (steps > again_steps) return std::nullopt;
  vgpu::Limits limits;
  limits.coverage = true;
  limits.total_steps = 2 * again_steps;  // the estimate may be off
  limits.stop = limits_.stop;
  if (!run_again(limits, [](const Step&, vgpu::LaunchResult&) {})) return std::nullopt;
  std::vector<vgpu::Coverage> coverage;
  for (const LargeOutput& output : again_.outputs) coverage.push_back(devices_.again.coverage(output.buffer));
  return coverage;
}

std::vector<StepWrites> SampleRun::run_larger_sample() {
  vgpu::Limits limits = sample_limits(limits_, plan_.steps.size());
  limits.sample.steps = limits.sample.block_steps = again_steps / 2 / plan_.steps.size();
  std::vector<StepWrites> writes;
  run_again(limits, [&](const Step& step, vgpu::LaunchResult& result) {
    writes.push_back(writes_of(step, result, again_.outputs));
  });
  return writes;
}

}  // namespace

SampleOutcome run_sample(const PlanContext& context, const Case& large, const reference::Arrays& inputs,
                         const SampleDevices& devices, const vgpu::Limits& limits) {
  SampleOutcome outcome;
  try {
    const std::variant<LaunchPlan, Refusal> plan = make_plan(context, large, devices.plan, limits);
    if (const auto* refusal = std::get_if<Refusal>(&plan)) {
      outcome.stopped = refusal->kind == "stopped";
      outcome.problem = problem_at(context.exercise, large, refusal->message,
                                   refusal->diagnostics.empty() ? 0 : refusal->diagnostics[0].line);
      return outcome;
    }
    SampleRun(context, large, inputs, std::get<LaunchPlan>(plan), devices, limits, outcome).run();
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
