#include "grader/submission.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>

#include "grader/case_data.h"
#include "grader/case_run.h"
#include "grader/compile.h"
#include "grader/plan.h"
#include "grader/sample_run.h"
#include "grader/source_scan.h"
#include "grader/virtual_device.h"

namespace tritutor {
namespace {

Refusal refusal_of(std::string kind, std::string message) {
  Refusal refusal;
  refusal.kind = std::move(kind);
  refusal.message = std::move(message);
  return refusal;
}

/// Why a device cannot be used here; nullopt where it can.
std::optional<Refusal> check_device(const std::string& device) {
  if (device == "auto" || device == "virtual") return std::nullopt;
  if (device == "cuda") {
    return refusal_of("environment",
                      "this version grades on the virtual GPU only; submit with --device virtual, or without --device");
  }
  return refusal_of("environment", fmt::format("there is no device \"{}\"; use --device auto or virtual", device));
}

/// A submission under way. The cases' data are made by worker threads while the main thread compiles; then all of them
/// run cases. What a case comes to depends on the case alone, so the order of work cannot be seen in the verdict.
class Submission {
 public:
  Submission(const Exercise& exercise, const std::filesystem::path& file, const std::string& source,
             const SubmitOptions& options)
      : exercise_(exercise),
        file_(file),
        shown_(file.string()),
        source_(source),
        options_(options),
        jobs_(exercise.cases.size()),
        samples_(exercise.timed.size()) {}

  void run(Verdict& verdict) {
    const bool hidden = std::any_of(exercise_.cases.begin(), exercise_.cases.end(),
                                    [](const Case& test) { return !test.seed.has_value(); });
    const uint64_t seed = options_.seed ? *options_.seed : hidden ? draw_seed() : 0;
    if (hidden || options_.seed) verdict.seed = seed;
    for (size_t i = 0; i < jobs_.size(); ++i) jobs_[i].seed = case_seed(exercise_.cases[i], seed);
    order_ = work_order();

    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    threads_ = options_.threads > 0 ? options_.threads : cores;
    std::jthread watcher;
    if (options_.stop) watcher = std::jthread([this](const std::stop_token& done) { watch(done); });
    std::vector<std::jthread> workers;
    const size_t others = std::min<size_t>(threads_, order_.size()) - 1;
    for (size_t i = 0; i < others; ++i) workers.emplace_back([this] { work(); });
    try {
      build(verdict);
    } catch (...) {
      finish_build(false);
      throw;
    }
    finish_build(!verdict.refusal);
    if (!verdict.refusal) work();
    workers.clear();  // joins
    if (!verdict.refusal) judge(verdict);
  }

 private:
  struct Job {
    uint64_t seed = 0;
    CaseData data;
    LaunchPlan plan;
    CaseOutcome outcome;
    bool ran = false;
    std::atomic<bool> stop{false};  ///< ends the case: Ctrl-C, or an earlier case ended the submission
    std::optional<Refusal> refusal;
    std::exception_ptr failure;
  };

  /// A timed case at the sizes of a GPU.
  struct SampleJob {
    SampleOutcome outcome;
    std::atomic<bool> stop{false};  ///< Ctrl-C, or a case failed and no time is asked for
    std::exception_ptr failure;
  };

  bool stopped() const { return options_.stop && options_.stop->load(std::memory_order_relaxed); }

  /// What a case has to do at the least: bytes moved and operations done.
  double work_of(const Case& test) const {
    double work = 0;
    for (const std::string* part : {&exercise_.limit.bytes, &exercise_.limit.flops}) {
      if (!part->empty()) work += evaluate(*part, test.values);
    }
    return work * test.repeat;
  }

  /// The first case, since what is wrong in every case is soonest seen there; then the samples (numbers past the
  /// cases') and the costliest cases, so that the last one to end is a small one.
  std::vector<size_t> work_order() const {
    std::vector<size_t> order(exercise_.cases.size());
    std::iota(order.begin(), order.end(), size_t{0});
    if (options_.all_cases && !order.empty()) {
      std::stable_sort(order.begin() + 1, order.end(),
                       [&](size_t a, size_t b) { return work_of(exercise_.cases[a]) > work_of(exercise_.cases[b]); });
    }
    for (size_t i = 0; i < samples_.size(); ++i) {
      if (!exercise_.timed[i].sizes.empty()) {
        order.insert(order.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(1, order.size())), jobs_.size() + i);
      }
    }
    return order;
  }

  /// Compiles, loads and plans. A refusal goes into the verdict.
  void build(Verdict& verdict) {
    CompileResult result = compile(exercise_, file_, source_, options_.include_dir);
    if (auto* refusal = std::get_if<Refusal>(&result)) {
      verdict.refusal = std::move(*refusal);
      return;
    }
    Compiled& compiled = std::get<Compiled>(result);
    verdict.warnings = std::move(compiled.warnings);
    verdict.toolchain = compiled.toolchain;
    program_ = compiled.program;
    try {
      module_ = vgpu::Module::load(compiled.ptx);
    } catch (const vgpu::LoadError& error) {
      Refusal refusal =
          refusal_of("unsupported", fmt::format("the virtual GPU cannot run this file: {}", error.what()));
      refusal.diagnostics.push_back({"error", own_file(error.file()), error.line(), 0, error.what()});
      verdict.refusal = std::move(refusal);
      return;
    }
    declarations_ = declarations(scan_source(source_));
    const PlanContext context{exercise_, *module_, declarations_, shown_};
    for (size_t i = 0; i < jobs_.size(); ++i) {
      VirtualDevice device(module_);
      std::variant<LaunchPlan, Refusal> plan;
      try {
        plan = make_plan(context, exercise_.cases[i], device, limits(exercise_.cases[i], options_.stop, 1));
      } catch (const vgpu::LaunchError& error) {
        plan = refusal_of("unsupported", fmt::format("launch() cannot run on the virtual GPU: {}", error.what()));
      }
      if (auto* refusal = std::get_if<Refusal>(&plan)) {
        verdict.refusal = std::move(*refusal);
        return;
      }
      jobs_[i].plan = std::move(std::get<LaunchPlan>(plan));
    }
  }

  enum class Build : uint8_t { going, done, refused };

  void finish_build(bool usable) {
    build_.store(usable ? Build::done : Build::refused);
    build_.notify_all();
  }

  /// A hundred steps for each byte and operation are plenty for one warp that does all of it alone; a loop that goes on
  /// is endless.
  vgpu::Limits limits(const Case& test, const std::atomic<bool>* stop, uint32_t threads) const {
    vgpu::Limits result;
    const double steps = 1e6 + 100 * work_of(test);
    result.warp_steps = static_cast<uint64_t>(std::min(steps, static_cast<double>(result.warp_steps)));
    result.threads = threads;
    result.stop = stop;
    return result;
  }

  /// Hands Ctrl-C on to the cases, each of which has a flag of its own.
  void watch(const std::stop_token& done) {
    while (!done.stop_requested()) {
      if (stopped()) {
        for (Job& job : jobs_) job.stop.store(true);
        for (SampleJob& sample : samples_) sample.stop.store(true);
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  /// A case that ends the submission: what comes after it does not count, so it need not run to its end.
  void fail_hard(size_t index) {
    size_t first = hard_failure_.load();
    while (index < first && !hard_failure_.compare_exchange_weak(first, index)) {
    }
    for (size_t later = index + 1; later < jobs_.size(); ++later) jobs_[later].stop.store(true);
  }

  /// Takes cases until none is left.
  void work() {
    for (;;) {
      const size_t turn = next_.fetch_add(1);
      if (turn >= order_.size() || build_.load() == Build::refused || stopped()) return;
      const size_t index = order_[turn];
      if (index >= jobs_.size()) {
        work_on_sample(index - jobs_.size());
        continue;
      }
      Job& job = jobs_[index];
      try {
        if (index > hard_failure_.load()) continue;
        const Case& test = exercise_.cases[index];
        job.data = prepare_case(exercise_, test, job.seed);
        build_.wait(Build::going);
        if (build_.load() == Build::refused || stopped()) return;
        if (index > hard_failure_.load()) continue;
        run_job(index, test, job);
      } catch (...) {
        job.failure = std::current_exception();
      }
      job.data = {};
    }
  }

  /// Only of use where every case passes.
  void work_on_sample(size_t index) {
    SampleJob& job = samples_[index];
    try {
      const Timed& timed = exercise_.timed[index];
      const Case large = exercise_.timed_case(timed);
      const reference::Arrays inputs =
          make_inputs(exercise_, exercise_.cases[index_of(timed)], jobs_[index_of(timed)].seed);
      build_.wait(Build::going);
      if (build_.load() == Build::refused || stopped() || job.stop) return;
      const PlanContext context{exercise_, *module_, declarations_, shown_};
      VirtualDevice plan_device(module_), device(module_);
      job.outcome = run_sample(context, large, inputs, plan_device, device, limits(large, &job.stop, 1));
      for (vgpu::Finding& finding : job.outcome.findings) finding.file = own_file(finding.file);
    } catch (...) {
      job.failure = std::current_exception();
    }
  }

  void run_job(size_t index, const Case& test, Job& job) {
    VirtualDevice device(module_);
    // The last cases have the machine to themselves: their blocks may use the threads that have nothing left to do.
    const size_t left = order_.size() - std::min(next_.load(), order_.size());
    const uint32_t block_threads = left + 1 >= threads_ ? 1 : threads_;
    try {
      job.outcome =
          run_case(exercise_, test, job.data, job.plan, *module_, device, limits(test, &job.stop, block_threads));
    } catch (const vgpu::LaunchError& error) {
      job.refusal = refusal_of("unsupported", fmt::format("the virtual GPU cannot run this launch: {} (case \"{}\")",
                                                          error.what(), test.name));
      return;
    }
    job.ran = true;
    for (vgpu::Finding& finding : job.outcome.findings) finding.file = own_file(finding.file);
    if (!job.outcome.passed) {
      for (SampleJob& sample : samples_) sample.stop.store(true);
    }
    if (job.outcome.endless || (!options_.all_cases && !job.outcome.passed)) {
      fail_hard(index);
    }
  }

  /// The learner's path where the PTX means the learner's file, else the name as it is.
  std::string own_file(const std::string& name) const {
    return std::filesystem::path(name).filename() == program_ ? shown_ : name;
  }

  /// The verdict of the cases in their order; nothing after the first hard failure counts as run.
  void judge(Verdict& verdict) {
    for (const Job& job : jobs_) {
      if (job.failure) std::rethrow_exception(job.failure);
    }
    if (stopped()) {
      verdict.refusal = refusal_of("stopped", "stopped before every case was judged; nothing was decided");
      return;
    }
    for (size_t i = 0; i < jobs_.size() && i <= hard_failure_.load(); ++i) {
      if (!jobs_[i].refusal) continue;
      verdict.refusal = jobs_[i].refusal;
      return;
    }
    bool passed = true;
    const bool several =
        std::count_if(jobs_.begin(), jobs_.end(), [](const Job& job) { return !job.outcome.printed.empty(); }) > 1;
    for (size_t i = 0; i < jobs_.size(); ++i) {
      Job& job = jobs_[i];
      const Case& test = exercise_.cases[i];
      CaseResult result;
      result.name = test.name;
      result.tests = test.tests;
      result.seed = job.seed;
      result.ran = job.ran && i <= hard_failure_.load();
      if (result.ran) {
        result.passed = job.outcome.passed;
        result.mismatch = std::move(job.outcome.mismatch);
        result.problem = std::move(job.outcome.problem);
        result.findings = std::move(job.outcome.findings);
        if (several && !job.outcome.printed.empty()) verdict.printed += fmt::format("case {}:\n", test.name);
        verdict.printed += job.outcome.printed;
      }
      passed = passed && result.passed;
      verdict.cases.push_back(std::move(result));
    }
    if (!jobs_.empty() && !jobs_[0].plan.printed.empty()) verdict.printed.insert(0, jobs_[0].plan.printed);
    if (passed) passed = judge_samples(verdict);
    verdict.result = passed ? Verdict::Result::pass : Verdict::Result::fail;
    if (passed) judge_speed(verdict);
  }

  size_t index_of(const Timed& timed) const {
    const auto found = std::find_if(exercise_.cases.begin(), exercise_.cases.end(),
                                    [&](const Case& test) { return test.name == timed.test; });
    return static_cast<size_t>(found - exercise_.cases.begin());
  }

  /// What is right at the cases' sizes and cannot be at those of a GPU fails the case that is timed there.
  bool judge_samples(Verdict& verdict) {
    bool passed = true;
    for (size_t i = 0; i < samples_.size(); ++i) {
      if (samples_[i].failure) std::rethrow_exception(samples_[i].failure);
      SampleOutcome& outcome = samples_[i].outcome;
      if (outcome.problem.empty()) continue;
      CaseResult& result = verdict.cases[index_of(exercise_.timed[i])];
      result.passed = passed = false;
      result.problem = std::move(outcome.problem);
      result.findings = std::move(outcome.findings);
    }
    return passed;
  }

  /// What the counters of the timed cases say of a right submission: whether it wastes grossly (by the case itself, all
  /// of whose blocks ran), and how long it would take on the profile's device (by the sample at the sizes of a GPU,
  /// where there is one). The case that is worst for the learner decides.
  void judge_speed(Verdict& verdict) const {
    std::string unpredicted;
    for (size_t i = 0; i < samples_.size(); ++i) {
      const Timed& timed = exercise_.timed[i];
      const Case& test = exercise_.cases[index_of(timed)];
      const Case large = exercise_.timed_case(timed);
      const std::vector<StepCounters>& steps = jobs_[index_of(timed)].outcome.steps;
      CounterReport report{test.name, limit_work(exercise_.limit, test.values), sum_of(steps)};
      if (report.counters.total.warp_instructions == 0) continue;  // a device that does not count
      for (vgpu::LineCounts& line : report.counters.lines) line.file = own_file(line.file);
      const std::optional<Inefficiency> waste = gross_inefficiency(steps, report.work, exercise_.thresholds);
      if (waste && !verdict.inefficient) {
        verdict.inefficient = waste;
        verdict.inefficient->file = own_file(waste->file);
        verdict.result = Verdict::Result::fail;
      }
      if (unpredicted.empty()) unpredicted = samples_[i].outcome.note;
      Prediction prediction;
      if (options_.profile != nullptr) {
        prediction = predict(timed.sizes.empty() ? steps : samples_[i].outcome.steps,
                             limit_work(exercise_.limit, large.values), *options_.profile);
      }
      if (verdict.counters && prediction.fraction >= verdict.timing.prediction.fraction) continue;
      verdict.counters = std::move(report);
      verdict.timing.test = test.name;
      verdict.timing.prediction = prediction;
      verdict.timing.sizes.clear();
      for (const Argument& argument : exercise_.arguments) {
        if (argument.role != Role::size) continue;
        verdict.timing.sizes.emplace_back(argument.name, large.values.at(argument.name));
      }
    }
    if (options_.profile == nullptr || !verdict.counters) return;
    if (!unpredicted.empty()) {
      verdict.timing.note = verdict.inefficient ? "far too slow for bronze" : unpredicted;
      return;
    }
    const PredictedMedal medal = predicted_medal(verdict.timing.prediction, exercise_.thresholds);
    verdict.timing.kind = "predicted";
    verdict.timing.profile = options_.profile->name;
    verdict.timing.note = verdict.inefficient ? "far too slow for bronze" : medal.note;
    if (!verdict.inefficient) verdict.medal = medal.medal;
  }

  const Exercise& exercise_;
  const std::filesystem::path& file_;
  const std::string shown_;
  const std::string& source_;
  const SubmitOptions& options_;
  std::string program_;
  std::shared_ptr<const vgpu::Module> module_;
  std::vector<Declaration> declarations_;
  std::vector<Job> jobs_;
  std::vector<SampleJob> samples_;  ///< of each timed case; unused where it is timed at its own sizes
  std::vector<size_t> order_;
  unsigned threads_ = 1;
  std::atomic<size_t> next_{0};
  std::atomic<size_t> hard_failure_{SIZE_MAX};  ///< the first case that ends the submission
  std::atomic<Build> build_{Build::going};
};

}  // namespace

Verdict grade(const Exercise& exercise, const std::filesystem::path& file, const std::string& source,
              const SubmitOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  Verdict verdict;
  verdict.exercise = exercise.id;
  verdict.slug = exercise.slug;
  verdict.file = file.string();
  verdict.refusal = check_device(options.device);
  if (!verdict.refusal) {
    try {
      Submission(exercise, file, source, options).run(verdict);
    } catch (const std::bad_alloc&) {
      verdict.refusal =
          refusal_of("environment", "there is not enough memory for this submission; close other programs");
    } catch (const std::exception& error) {
      verdict.refusal = refusal_of("environment", fmt::format("the grader failed: {}; this is not your kernel's fault, "
                                                              "please report it",
                                                              error.what()));
    }
  }
  if (verdict.refusal) {
    if (options.stop && options.stop->load()) verdict.refusal = refusal_of("stopped", "stopped; nothing was decided");
    verdict.result = Verdict::Result::error;
    verdict.cases.clear();
  }
  verdict.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return verdict;
}

}  // namespace tritutor
