#include "grader/sample_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <new>

#include "grader/counted.h"
#include "grader/program.h"
#include "grader/sample_check.h"

namespace tritutor {
namespace {

constexpr uint64_t sample_blocks = 64;  // of each step
// Warp instructions of all steps together: what a learner does not notice waiting for.
constexpr uint64_t sample_steps = 400'000, sample_steps_at_least = 50'000;
// Of whole grids that are run to be sure of what their sample made likely: a second or two.
constexpr uint64_t again_steps = 120'000'000;
// A 128 x 128 tile of a product of 4096 columns takes 3 million.
constexpr uint64_t block_steps = 5'000'000, block_steps_at_least = 250'000;

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

reference::Views views_of(const Exercise& exercise, const LargeBuffers& buffers, const VirtualDevice& device) {
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

}  // namespace

/// A planned sample, and what it has come to so far.
class Sample::Run : CoverageProof {
 public:
  Run(Sample& sample, SampleOutcome& outcome)
      : exercise_(sample.exercise_),
        program_(sample.program_),
        large_(sample.large_),
        inputs_(sample.inputs_),
        plan_(sample.plan_),
        make_device_(sample.make_device_),
        limits_(sample.limits_),
        outcome_(outcome) {}

  /// True where the coverage of an output is left in doubt.
  bool run() {
    run_steps();
    if (!outcome_.problem.empty() || outcome_.stopped) return false;
    check_values();
    if (!outcome_.problem.empty() || writes_.size() != plan_.steps.size()) return false;
    return is_coverage_in_doubt(buffers_.outputs, writes_);
  }
  void settle();

 private:
  void run_steps();
  void check_values();
  std::optional<std::vector<vgpu::Coverage>> run_whole() override;
  std::vector<StepWrites> run_larger_sample() override;
  bool run_again(const vgpu::Limits& limits, const std::function<void(const Step&, vgpu::LaunchResult&)>& each);

  const Exercise& exercise_;
  const Program& program_;
  const Case& large_;
  const reference::Arrays& inputs_;
  const LaunchPlan& plan_;
  const MakeDevice& make_device_;
  const vgpu::Limits& limits_;
  SampleOutcome& outcome_;

  std::unique_ptr<VirtualDevice> device_, device_again_;
  LargeBuffers buffers_, again_;
  std::vector<StepWrites> writes_;  // of each step
  /// Of each output: what its sampled blocks stored, where one step alone writes it and saw all it reads.
  std::vector<SampledValues> values_;
  std::vector<size_t> writers_;  // of each output: how many steps write it
};

void Sample::Run::run_steps() {
  device_ = make_device_();
  buffers_ = allocate_large(exercise_, large_, inputs_, plan_, *device_);
  values_.resize(buffers_.outputs.size());
  writers_.resize(buffers_.outputs.size());
  const vgpu::Limits own = sample_limits(limits_, plan_.steps.size());
  bool all_there = true;  // every block of the steps before has run: what this one reads is what it would read
  for (const Step& step : plan_.steps) {
    vgpu::LaunchResult result = device_->run(
        step, program_.parameters(exercise_, step, large_.values, buffers_.arguments, buffers_.scratch), own);
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
      if (all_there) values_[o] = take_values(exercise_, large_, buffers_.outputs[o], blocks, *device_);
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
    outcome_.steps.push_back(counted(step, *program_.module, std::move(result.counters), result.blocks_run, cut));
  }
}

void Sample::Run::check_values() {
  const reference::Views views = views_of(exercise_, buffers_, *device_);
  for (size_t o = 0; o < values_.size(); ++o) {
    if (writers_[o] != 1) continue;
    outcome_.mismatch = tritutor::check_values(exercise_, large_, buffers_.outputs[o], values_[o], views);
    if (!outcome_.mismatch) continue;
    outcome_.problem = fmt::format("right at the sizes of the cases, but not at {}, where it is timed:",
                                   sizes_in_words(exercise_, large_.values));
    return;
  }
}

void Sample::Run::settle() {
  const auto fault = check_coverage(buffers_.outputs, writes_, *this);
  if (fault && !outcome_.stopped) outcome_.problem = problem_at(exercise_, large_, fault->message);
}

/// Runs every step once more, on fresh memory. False where one does not come to its end.
bool Sample::Run::run_again(const vgpu::Limits& limits,
                            const std::function<void(const Step&, vgpu::LaunchResult&)>& each) {
  if (again_.arguments.empty()) {
    device_again_ = make_device_();
    again_ = allocate_large(exercise_, large_, inputs_, plan_, *device_again_);
    for (const LargeOutput& output : again_.outputs) device_again_->watch_writes(output.buffer);
  }
  for (const Step& step : plan_.steps) {
    vgpu::LaunchResult result = device_again_->run(
        step, program_.parameters(exercise_, step, large_.values, again_.arguments, again_.scratch), limits);
    outcome_.stopped = result.stopped;
    if (!result.completed) return false;
    each(step, result);
  }
  return true;
}

std::optional<std::vector<vgpu::Coverage>> Sample::Run::run_whole() {
  uint64_t steps = 0;
  for (const StepWrites& step : writes_) steps += step.warp_instructions;
  if (steps > again_steps) return std::nullopt;
  vgpu::Limits limits;
  limits.coverage = true;
  limits.total_steps = 2 * again_steps;  // the estimate may be off
  limits.stop = limits_.stop;
  if (!run_again(limits, [](const Step&, vgpu::LaunchResult&) {})) return std::nullopt;
  std::vector<vgpu::Coverage> coverage;
  for (const LargeOutput& output : again_.outputs) coverage.push_back(device_again_->coverage(output.buffer));
  return coverage;
}

std::vector<StepWrites> Sample::Run::run_larger_sample() {
  vgpu::Limits limits = sample_limits(limits_, plan_.steps.size());
  limits.sample.steps = limits.sample.block_steps = again_steps / 2 / plan_.steps.size();
  std::vector<StepWrites> writes;
  run_again(limits, [&](const Step& step, vgpu::LaunchResult& result) {
    writes.push_back(writes_of(step, result, again_.outputs));
  });
  return writes;
}

Sample::Sample(const Exercise& exercise, const Program& program, Case large, reference::Arrays inputs,
               MakeDevice make_device, const vgpu::Limits& limits)
    : exercise_(exercise),
      program_(program),
      large_(std::move(large)),
      inputs_(std::move(inputs)),
      make_device_(std::move(make_device)),
      limits_(limits) {}

Sample::~Sample() = default;

void Sample::run() {
  guarded([this] {
    std::variant<LaunchPlan, Refusal> plan =
        program_.compiled->plan(program_.plan_context(exercise_), large_, *make_device_(), limits_);
    if (const auto* refusal = std::get_if<Refusal>(&plan)) {
      outcome_.stopped = refusal->kind == "stopped";
      outcome_.problem = problem_at(exercise_, large_, refusal->message,
                                    refusal->diagnostics.empty() ? 0 : refusal->diagnostics[0].line);
      return;
    }
    plan_ = std::move(std::get<LaunchPlan>(plan));
    run_ = std::make_unique<Run>(*this, outcome_);
    in_doubt_ = run_->run();
  });
  if (!in_doubt_) run_.reset();  // and its memory
}

void Sample::settle() {
  if (!in_doubt_) return;
  guarded([this] { run_->settle(); });
  in_doubt_ = false;
  run_.reset();
}

void Sample::guarded(const std::function<void()>& work) {
  try {
    work();
  } catch (const vgpu::LoadError& error) {  // a kernel that launch() takes at this size alone
    outcome_.problem =
        problem_at(exercise_, large_, fmt::format("the virtual GPU cannot run it: {}", error.what()), error.line());
  } catch (const vgpu::LaunchError& error) {
    outcome_.problem = problem_at(exercise_, large_, error.what());
  } catch (const std::bad_alloc&) {
    // Of a sample that is done, its prediction holds.
    if (!in_doubt_) {
      outcome_.note = "no time could be predicted, since this machine has too little memory for a sample of the blocks";
    }
  }
  if (!outcome_.note.empty()) outcome_.steps.clear();
}

}  // namespace tritutor
