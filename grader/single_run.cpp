#include "grader/single_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <thread>
#include <utility>

#include "grader/device/virtual_device.h"
#include "grader/dialect/dialect.h"
#include "grader/explain.h"
#include "grader/judge/compare.h"
#include "grader/judge/element_judge.h"
#include "grader/own_words.h"
#include "grader/program.h"

namespace tritutor {
namespace {

/// Remembers where the buffers lie, so that they can be looked at after the run.
class WatchedDevice : public VirtualDevice {
 public:
  using VirtualDevice::VirtualDevice;
  Buffer allocate(const BufferSpec& spec) override {
    buffers_.emplace_back(spec.name, VirtualDevice::allocate(spec));
    return buffers_.back().second;
  }
  /// The first of that name: the exercise's own come before scratch.
  Buffer buffer(const std::string& name) const {
    const auto found =
        std::find_if(buffers_.begin(), buffers_.end(), [&](const auto& each) { return each.first == name; });
    if (found == buffers_.end()) throw std::logic_error("no buffer of the name " + name);
    return found->second;
  }

 private:
  std::vector<std::pair<std::string, Buffer>> buffers_;
};

std::vector<OutputValues> outputs_of(const Exercise& exercise, const Case& test, const CaseData& data,
                                     const WatchedDevice& device) {
  std::vector<OutputValues> outputs;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role != Role::output) continue;
    const size_t output = outputs.size();
    OutputValues values{data.poison[output], {}, {}};
    device.download(device.buffer(argument.name), values.got.bytes);
    const Tolerance& tolerance = exercise.tolerance.at(argument.name);
    const ElementJudge judge(values.got, data.expected[output], tolerance, reduction_length(tolerance, test.values),
                             &data.poison[output]);
    for (int64_t i = 0; i < judge.total(); ++i) {
      values.wrong.push_back(judge.wrong(i) ? 1 : 0);
      values.unwritten.push_back(values.wrong.back() != 0 && judge.unwritten(i) ? 1 : 0);
    }
    outputs.push_back(std::move(values));
  }
  return outputs;
}

CaseResult result_of(const Case& test, CaseOutcome outcome, const Program& program) {
  CaseResult result;
  result.name = test.name;
  result.tests = test.tests;
  result.seed = *test.seed;
  result.ran = true;
  result.passed = outcome.passed;
  result.mismatch = std::move(outcome.mismatch);
  result.problem = std::move(outcome.problem);
  result.findings = std::move(outcome.findings);
  result.notes = std::move(outcome.notes);
  for (vgpu::Finding& finding : result.findings) finding.file = program.own_file(finding.file);
  for (vgpu::Finding& note : result.notes) note.file = program.own_file(note.file);
  sort_by_cause(result.findings);
  return result;
}

void run(const Exercise& exercise, const std::filesystem::path& file, const std::string& source,
         const SingleRunOptions& options, SingleRun& all) {
  const Case& test = exercise.cases[0];
  all.data = prepare_case(exercise, test, *test.seed);
  Program program;
  program.hardware = options.hardware;
  Verdict& verdict = all.verdict;
  {
    const Progress::Task compiling(options.progress, "compiling");
    verdict.refusal = build_program(exercise, file, source, {options.include_dir, {}, {}, options.stop}, program);
  }
  verdict.warnings = program.warnings;
  verdict.toolchain = program.toolchain;
  if (verdict.refusal) return;
  const LaunchPlan& plan = program.plans.at(0);
  Progress::Task task(options.progress, "the run");
  uint64_t blocks = 0;
  for (const Step& step : plan.steps) blocks += step.grid.count();
  task.expect(blocks * static_cast<uint64_t>(test.repeat));
  vgpu::Limits limits = case_limits(exercise, test, options.stop, std::max(1u, std::thread::hardware_concurrency()));
  limits.blocks_done = task.done();
  WatchedDevice device(program.module, program.hardware);
  try {
    CaseOutcome outcome = run_case(exercise, test, all.data, plan, program, device, limits);
    verdict.printed = plan.printed + outcome.printed;
    if (outcome.stopped) verdict.refusal = refusal_of("stopped", "stopped");
    verdict.cases.push_back(result_of(test, std::move(outcome), program));
  } catch (const vgpu::LaunchError& error) {
    verdict.refusal =
        refusal_of("unsupported", fmt::format("the virtual GPU cannot run this launch: {}", error.what()));
    return;
  }
  all.outputs = outputs_of(exercise, test, all.data, device);
  verdict.right = verdict.cases[0].passed;
  verdict.result = verdict.right ? Verdict::Result::pass : Verdict::Result::fail;
}

}  // namespace

SingleRun run_once(const Exercise& exercise, const Case& test, const std::filesystem::path& file,
                   const std::string& source, const SingleRunOptions& options) {
  SingleRun all;
  Verdict& verdict = all.verdict;
  verdict.exercise = exercise.id;
  verdict.slug = exercise.slug;
  verdict.file = file.string();
  verdict.dialect = dialect_of(file).name();
  try {
    Exercise alone = exercise;
    alone.cases = {test};
    alone.timed.clear();
    run(alone, file, source, options, all);
    put_in_words(dialect_of(file), verdict);
  } catch (const std::bad_alloc&) {
    verdict.refusal = refusal_of("environment", "there is not enough memory for this run; take smaller sizes");
  } catch (const std::exception& error) {
    verdict.refusal = refusal_of("environment", fmt::format("the grader failed: {}; this is not your kernel's fault, "
                                                            "please report it",
                                                            error.what()));
  }
  if (verdict.refusal) {
    verdict.result = Verdict::Result::error;
    verdict.cases.clear();
  }
  return all;
}

}  // namespace tritutor
