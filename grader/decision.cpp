#include "grader/decision.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "grader/explain.h"
#include "grader/judge/medal.h"

namespace tritutor {
namespace {

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
/// whose blocks ran). The case that is worst for the learner decides.
void decide_speed(const Exercise& exercise, const Program& program, CaseWork& work, const DeviceProfile* profile,
                  Verdict& verdict) {
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
    verdict.timing.sizes.clear();
    for (const Argument& argument : exercise.arguments) {
      if (argument.role != Role::size) continue;
      verdict.timing.sizes.emplace_back(argument.name, large.values.at(argument.name));
    }
  }
  if (profile == nullptr || !verdict.counters) return;
  if (!unpredicted.empty()) {
    verdict.timing.note = unpredicted;
    return;
  }
  const SpeedDecision decision = decide_medal(verdict.timing.prediction, exercise.thresholds);
  verdict.timing.kind = "predicted";
  verdict.timing.profile = profile->name;
  verdict.timing.note = decision.note;
  verdict.timing.range = range_of(verdict.timing.prediction);
  verdict.medal = decision.medal;
  if (decision.bronze == Standing::cleared) verdict.inefficient.reset();  // there is nothing to explain
  if (decision.bronze == Standing::missed && exercise.needs == Needs::bronze) verdict.result = Verdict::Result::fail;
}

}  // namespace

void decide(const Exercise& exercise, const Program& program, CaseWork& work, const DeviceProfile* profile,
            Verdict& verdict) {
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
  if (passed) decide_speed(exercise, program, work, profile, verdict);
}

}  // namespace tritutor
