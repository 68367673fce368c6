#include "grader/case_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "grader/case_data.h"
#include "grader/device/virtual_device.h"

namespace tritutor {

CaseWork::CaseWork(const Exercise& exercise, uint64_t seed, const Options& options)
    : exercise_(exercise), options_(options), jobs_(exercise.cases.size()), samples_(exercise.timed.size()) {
  for (size_t i = 0; i < jobs_.size(); ++i) jobs_[i].seed = case_seed(exercise_.cases[i], seed);
  order_ = work_order();
  doubts_ = static_cast<size_t>(std::count_if(order_.begin(), order_.end(),
                                              [&](size_t index) { return index >= jobs_.size() + samples_.size(); }));
  threads_ = options_.threads > 0 ? options_.threads : std::max(1u, std::thread::hardware_concurrency());
  if (options_.stop != nullptr) watcher_ = std::jthread([this](const std::stop_token& done) { watch(done); });
  const size_t others = std::min<size_t>(threads_, order_.size()) - 1;
  for (size_t i = 0; i < others; ++i) workers_.emplace_back([this] { work(); });
}

CaseWork::~CaseWork() {
  finish_build(Build::refused);
  workers_.clear();  // joins
}

void CaseWork::run(const Program& program, GpuWork* gpu) {
  program_ = &program;
  gpu_ = gpu;
  finish_build(Build::done);
  work();
  workers_.clear();  // joins
}

/// The first case, since what is wrong in every case is soonest seen there; then the samples (numbers past the cases')
/// and the costliest cases, so that the last one to end is a small one; and what the samples left in doubt (numbers
/// past theirs).
std::vector<size_t> CaseWork::work_order() const {
  std::vector<size_t> order(exercise_.cases.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (options_.all_cases && !order.empty()) {
    std::stable_sort(order.begin() + 1, order.end(), [&](size_t a, size_t b) {
      return least_work(exercise_, exercise_.cases[a]) > least_work(exercise_, exercise_.cases[b]);
    });
  }
  for (size_t i = 0; i < samples_.size(); ++i) {
    if (exercise_.timed[i].sizes.empty()) continue;
    order.insert(order.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(1, order.size())), jobs_.size() + i);
    order.push_back(jobs_.size() + samples_.size() + i);
  }
  return order;
}

void CaseWork::finish_build(Build how) {
  build_.store(how);
  build_.notify_all();
}

/// Hands Ctrl-C on to the cases, each of which has a flag of its own.
void CaseWork::watch(const std::stop_token& done) {
  while (!done.stop_requested()) {
    if (stopped()) {
      for (CaseJob& job : jobs_) job.stop.store(true);
      for (SampleJob& sample : samples_) sample.stop.store(true);
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

/// A case that ends the submission: what comes after it does not count, so it need not run to its end.
void CaseWork::fail_hard(size_t index) {
  size_t first = hard_failure_.load();
  while (index < first && !hard_failure_.compare_exchange_weak(first, index)) {
  }
  for (size_t later = index + 1; later < jobs_.size(); ++later) jobs_[later].stop.store(true);
}

/// Takes cases and samples until none is left.
void CaseWork::work() {
  for (;;) {
    const size_t turn = next_.fetch_add(1);
    if (given_up()) {
      for (SampleJob& job : samples_) finish(job);
      return;
    }
    if (turn >= order_.size()) return;
    const size_t index = order_[turn];
    if (index < jobs_.size()) {
      work_on_case(index);
    } else if (index < jobs_.size() + samples_.size()) {
      work_on_sample(index - jobs_.size());
    } else {
      work_on_doubts(index - jobs_.size() - samples_.size());
    }
  }
}

void CaseWork::work_on_case(size_t index) {
  CaseJob& job = jobs_[index];
  try {
    if (index > hard_failure_.load()) return;
    job.data = prepare_case(exercise_, exercise_.cases[index], job.seed);
    build_.wait(Build::going);
    if (!given_up() && index <= hard_failure_.load()) {
      if (!options_.gpu_alone) run_job(index, job);
      run_on_gpu(index, job);
    }
  } catch (...) {
    job.failure = std::current_exception();
  }
  job.data = {};
}

/// Only of use where every case passes.
void CaseWork::work_on_sample(size_t index) {
  SampleJob& job = samples_[index];
  try {
    if (!options_.gpu_alone) run_sample(index);
  } catch (...) {
    job.failure = std::current_exception();
  }
  finish(job);
}

void CaseWork::finish(SampleJob& job) {
  job.ran.store(true);
  job.ran.notify_all();
}

void CaseWork::run_sample(size_t index) {
  SampleJob& job = samples_[index];
  const Timed& timed = exercise_.timed[index];
  const size_t test = exercise_.case_index(timed.test);
  Case large = exercise_.timed_case(timed);
  reference::Arrays inputs = make_inputs(exercise_, exercise_.cases[test], jobs_[test].seed);
  build_.wait(Build::going);
  if (given_up() || job.stop) return;
  const Progress::Task task(options_.progress, fmt::format("a sample at {}", sizes_in_words(exercise_, large.values)));
  const vgpu::Limits limits = case_limits(exercise_, large, &job.stop, 1);
  const auto make_device = [program = program_] {
    return std::make_unique<VirtualDevice>(program->module, program->hardware);
  };
  auto sample =
      std::make_unique<Sample>(exercise_, *program_, std::move(large), std::move(inputs), make_device, limits);
  sample->run();
  job.outcome = sample->outcome();
  for (vgpu::Finding& finding : job.outcome.findings) finding.file = program_->own_file(finding.file);
  if (sample->in_doubt()) job.in_doubt = std::move(sample);
}

/// What a sample leaves in doubt costs seconds to settle: last, when nearly every case has passed.
void CaseWork::work_on_doubts(size_t index) {
  SampleJob& job = samples_[index];
  job.ran.wait(false);
  if (given_up() || job.stop || !job.in_doubt) return;
  const Progress::Task task(options_.progress, "whole grids at the sizes of a GPU");
  try {
    job.in_doubt->settle();
    job.outcome.problem = job.in_doubt->outcome().problem;
    job.in_doubt.reset();
  } catch (...) {
    job.failure = std::current_exception();
  }
}

/// A kernel that keeps something in a __device__ variable has to be right in its next run too, on other data.
void CaseWork::run_once_more(size_t index, VirtualDevice& device, const vgpu::Limits& limits, CaseOutcome& outcome) {
  const std::vector<std::string> kept = device.changed_variables();
  if (kept.empty()) return;
  const Case& test = exercise_.cases[index];
  constexpr uint64_t other = 0x9e3779b97f4a7c15u;
  const CaseData data = prepare_case(exercise_, test, jobs_[index].seed ^ other);
  CaseOutcome again = run_case(exercise_, test, data, program_->plans[index], *program_, device, limits);
  if (again.passed || again.stopped) return;
  again.problem = fmt::format(
      "right in the first run, wrong in the next one, on other data: {}, a __device__ variable, still holds what the "
      "first run left there",
      kept.front());
  again.steps = std::move(outcome.steps);
  outcome = std::move(again);
}

/// What the virtual GPU found wrong needs no second opinion; a wrong value that it alone may have computed does.
void CaseWork::run_on_gpu(size_t index, CaseJob& job) {
  if (options_.gpu_alone && gpu_ != nullptr) {
    GpuFault fault = gpu_->run_case(exercise_.cases[index], job.data, program_->plans[index]);
    job.ran = true;
    job.outcome.passed = !fault.found();
    job.outcome.problem = std::move(fault.problem);
    job.outcome.mismatch = std::move(fault.mismatch);
    job.outcome.findings = std::move(fault.findings);
    return;
  }
  if (gpu_ == nullptr || !job.ran || job.outcome.stopped || !job.outcome.findings.empty()) return;
  job.on_gpu = gpu_->run_case(exercise_.cases[index], job.data, program_->plans[index]);
}

void CaseWork::run_job(size_t index, CaseJob& job) {
  const Case& test = exercise_.cases[index];
  VirtualDevice device(program_->module, program_->hardware);
  // The last cases have the machine to themselves: their blocks may use the threads that have nothing left to do.
  const size_t last = order_.size() - doubts_, left = last - std::min(next_.load(), last);
  const uint32_t block_threads = left + 1 >= threads_ ? 1 : threads_;
  Progress::Task task(options_.progress, "case " + test.name);
  uint64_t blocks = 0;
  for (const Step& step : program_->plans[index].steps) blocks += step.grid.count();
  task.expect(blocks * static_cast<uint64_t>(test.repeat));
  vgpu::Limits limits = case_limits(exercise_, test, &job.stop, block_threads);
  limits.blocks_done = task.done();
  try {
    job.outcome = run_case(exercise_, test, job.data, program_->plans[index], *program_, device, limits);
    if (job.outcome.passed) run_once_more(index, device, limits, job.outcome);
  } catch (const vgpu::LaunchError& error) {
    job.refusal = refusal_of("unsupported", fmt::format("the virtual GPU cannot run this launch: {} (case \"{}\")",
                                                        error.what(), test.name));
    return;
  }
  job.ran = true;
  for (vgpu::Finding& finding : job.outcome.findings) finding.file = program_->own_file(finding.file);
  for (vgpu::Finding& note : job.outcome.notes) note.file = program_->own_file(note.file);
  if (!job.outcome.passed) {
    for (SampleJob& sample : samples_) sample.stop.store(true);
  }
  if (job.outcome.endless || (!options_.all_cases && !job.outcome.passed)) fail_hard(index);
}

}  // namespace tritutor
