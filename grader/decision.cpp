#include "grader/decision.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "grader/explain.h"
#include "grader/judge/medal.h"

namespace tritutor {
namespace {

/// Where the GPU and the virtual GPU say different things of a case, one of them is wrong.
void compare_devices(CaseJob& job, const std::string& gpu, CaseResult& result) {
  if (!job.on_gpu) return;
  if (result.passed && job.on_gpu->found()) {
    result.passed = false;
    result.mismatch = std::move(job.on_gpu->mismatch);
    result.problem = std::move(job.on_gpu->problem);
    if (result.problem.empty()) result.problem = fmt::format("on {}:", gpu);
    result.findings = std::move(job.on_gpu->findings);
    result.disagreement = fmt::format(
        "The virtual GPU runs this case without a fault, and {} does not: one of the two is wrong. Does the result "
        "hang on which thread comes first? If not, please report it, with your file",
        gpu);
  } else if (!result.passed && !job.on_gpu->found()) {
    result.disagreement = fmt::format(
        "{} computes this case right, and the virtual GPU does not: one of the two is wrong. Please report it, with "
        "your file",
        gpu);
  }
}

/// The size arguments of a case in their order.
std::vector<std::pair<std::string, double>> sizes_of(const Exercise& exercise, const Case& test) {
  std::vector<std::pair<std::string, double>> sizes;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == Role::size) sizes.emplace_back(argument.name, test.values.at(argument.name));
  }
  return sizes;
}

/// The cases in their order; nothing after the first hard failure counts as run. True when all passed.
bool decide_cases(const Exercise& exercise, CaseWork& work, Verdict& verdict) {
  std::vector<CaseJob>& jobs = work.cases();
  bool passed = true;
  const bool several =
      std::count_if(jobs.begin(), jobs.end(), [](const CaseJob& job) { return !job.outcome.printed.empty(); }) > 1;
  for (size_t i = 0; i < jobs.size(); ++i) {
    CaseJob& job = jobs[i];
    const Case& test = exercise.cases[i];
    CaseResult result;
    result.name = test.name;
    result.tests = test.tests;
    result.seed = job.seed;
    result.ran = job.ran && i <= work.hard_failure();
    if (result.ran) {
      result.passed = job.outcome.passed;
      result.mismatch = std::move(job.outcome.mismatch);
      result.problem = std::move(job.outcome.problem);
      result.findings = std::move(job.outcome.findings);
      sort_by_cause(result.findings);
      result.notes = std::move(job.outcome.notes);
      compare_devices(job, verdict.device_name, result);
      if (several && !job.outcome.printed.empty()) verdict.printed += fmt::format("case {}:\n", test.name);
      verdict.printed += job.outcome.printed;
    }
    passed = passed && result.passed;
    verdict.cases.push_back(std::move(result));
  }
  compare_patterns(verdict.cases);
  return passed;
}

/// What is right at the cases' sizes and cannot be at those of a GPU fails the case that is timed there.
bool decide_samples(const Exercise& exercise, CaseWork& work, Verdict& verdict) {
  bool passed = true;
  for (size_t i = 0; i < exercise.timed.size(); ++i) {
    SampleJob& sample = work.samples()[i];
    if (sample.failure) std::rethrow_exception(sample.failure);
    if (sample.outcome.problem.empty()) continue;
    CaseResult& result = verdict.cases[exercise.case_index(exercise.timed[i].test)];
    result.passed = passed = false;
    result.problem = std::move(sample.outcome.problem);
    result.findings = std::move(sample.outcome.findings);
    result.mismatch = std::move(sample.outcome.mismatch);
  }
  return passed;
}

/// What the counters of the timed cases say of a right submission: how long it would take on the profile's device (by
/// the sample at the sizes of a GPU, where there is one), and which waste explains that (by the case itself, all of
/// whose blocks ran). The case that is worst for the learner counts. Returns why nothing could be predicted; empty: it
/// could.
std::string explain_speed(const Exercise& exercise, const Program& program, CaseWork& work,
                          const DeviceProfile* profile, Verdict& verdict) {
  std::string unpredicted;
  for (size_t i = 0; i < exercise.timed.size(); ++i) {
    const Timed& timed = exercise.timed[i];
    const size_t index = exercise.case_index(timed.test);
    const Case& test = exercise.cases[index];
    const Case large = exercise.timed_case(timed);
    const std::vector<StepCounters>& steps = work.cases()[index].outcome.steps;
    const SampleOutcome& sample = work.samples()[i].outcome;
    CounterReport report{test.name, limit_work(exercise.limit, test.values), sum_of(steps)};
    if (report.counters.total.warp_instructions == 0) continue;  // a device that does not count
    for (vgpu::LineCounts& line : report.counters.lines) line.file = program.own_file(line.file);
    if (unpredicted.empty()) unpredicted = sample.note;
    Prediction prediction;
    if (profile != nullptr) {
      prediction =
          predict(timed.sizes.empty() ? steps : sample.steps, limit_work(exercise.limit, large.values), *profile);
    }
    if (verdict.counters && prediction.fraction >= verdict.timing.prediction.fraction) continue;
    verdict.inefficient = find_inefficiency(steps, report.work, exercise.thresholds);
    if (verdict.inefficient) verdict.inefficient->file = program.own_file(verdict.inefficient->file);
    verdict.counters = std::move(report);
    verdict.timing.test = test.name;
    verdict.timing.prediction = prediction;
    verdict.timing.sizes = sizes_of(exercise, large);
  }
  return unpredicted;
}

/// What a decision on speed means for the verdict.
void apply(const SpeedDecision& decision, const Exercise& exercise, Verdict& verdict) {
  verdict.timing.note = decision.note;
  verdict.medal = decision.medal;
  if (decision.bronze == Standing::cleared) verdict.inefficient.reset();  // there is nothing to explain
  if (decision.bronze == Standing::missed && exercise.needs == Needs::bronze) verdict.result = Verdict::Result::fail;
}

}  // namespace

void decide_predicted_speed(const Exercise& exercise, const Program& program, CaseWork& work,
                            const DeviceProfile* profile, Verdict& verdict) {
  const std::string unpredicted = explain_speed(exercise, program, work, profile, verdict);
  if (profile == nullptr || !verdict.counters) return;
  if (!unpredicted.empty()) {
    verdict.timing.note = unpredicted;
    return;
  }
  verdict.timing.kind = "predicted";
  verdict.timing.profile = profile->name;
  verdict.timing.range = range_of(verdict.timing.prediction);
  apply(decide_medal(verdict.timing.prediction, exercise.thresholds), exercise, verdict);
}

void decide_measured_speed(const Exercise& exercise, const Program& program, CaseWork& work,
                           const DeviceProfile* profile, GpuWork& gpu, Verdict& verdict) {
  explain_speed(exercise, program, work, profile, verdict);
  for (const Timed& timed : exercise.timed) {
    const Case large = exercise.timed_case(timed);
    GpuMeasured measured = gpu.measure(large, exercise.thresholds);
    if (measured.fault.found()) {
      CaseResult& result = verdict.cases[exercise.case_index(timed.test)];
      result.passed = verdict.right = false;
      result.problem = std::move(measured.fault.problem);
      result.mismatch = std::move(measured.fault.mismatch);
      result.findings = std::move(measured.fault.findings);
      sort_by_cause(result.findings);
      if (measured.differs) {
        result.disagreement = fmt::format(
            "The virtual GPU has found no fault there, and {} has: one of the two is wrong, or the fault lies in a "
            "part of the grid that the virtual GPU did not run",
            gpu.info().name);
      }
      verdict.result = Verdict::Result::fail;
      verdict.medal = "none";
      return;
    }
    if (verdict.timing.measured && measured.measurement.fraction.median >= verdict.timing.measured->fraction.median) {
      continue;
    }
    verdict.timing.kind = "measured";
    verdict.timing.test = timed.test;
    verdict.timing.sizes = sizes_of(exercise, large);
    verdict.timing.measured = measured.measurement;
    verdict.timing.range = range_of(measured.measurement);
    verdict.timing.limit = std::move(measured.limit);
    verdict.timing.measured_note = std::move(measured.note);
    verdict.timing.empty_us = measured.empty_us;
  }
  if (verdict.timing.measured) apply(decide_medal(*verdict.timing.measured, exercise.thresholds), exercise, verdict);
}

void decide_configuration(const Exercise& exercise, WrongConfiguration wrong, Verdict& verdict) {
  CaseResult& result = verdict.cases[exercise.case_index(exercise.timed[0].test)];
  result.passed = verdict.right = false;
  verdict.result = Verdict::Result::fail;
  result.problem = fmt::format("the configuration {} is wrong {}", wrong.name, wrong.point.problem);
  if (wrong.point.mismatch) result.problem += ':';
  result.findings = std::move(wrong.point.findings);
  result.mismatch = std::move(wrong.point.mismatch);
}

void decide_rightness(const Exercise& exercise, const Program& program, CaseWork& work, Verdict& verdict) {
  const std::vector<CaseJob>& jobs = work.cases();
  for (const CaseJob& job : jobs) {
    if (job.failure) std::rethrow_exception(job.failure);
  }
  if (work.stopped()) {
    verdict.refusal = refusal_of("stopped", "stopped before every case was judged; nothing was decided");
    return;
  }
  for (size_t i = 0; i < jobs.size() && i <= work.hard_failure(); ++i) {
    if (!jobs[i].refusal) continue;
    verdict.refusal = jobs[i].refusal;
    return;
  }
  bool passed = decide_cases(exercise, work, verdict);
  if (!program.plans.empty()) verdict.printed.insert(0, program.plans[0].printed);
  if (passed) passed = decide_samples(exercise, work, verdict);
  verdict.right = passed;
  verdict.result = passed ? Verdict::Result::pass : Verdict::Result::fail;
}

}  // namespace tritutor
