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
      : exercise_(exercise), file_(file), shown_(file.string()), source_(source), options_(options) {}

  void run(Verdict& verdict) {
    const bool hidden = std::any_of(exercise_.cases.begin(), exercise_.cases.end(),
                                    [](const Case& test) { return !test.seed.has_value(); });
    const uint64_t seed = options_.seed ? *options_.seed : hidden ? draw_seed() : 0;
    if (hidden || options_.seed) verdict.seed = seed;
    jobs_.resize(exercise_.cases.size());
    for (size_t i = 0; i < jobs_.size(); ++i) jobs_[i].seed = case_seed(exercise_.cases[i], seed);
    order_ = costliest_first();

    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    threads_ = options_.threads > 0 ? options_.threads : cores;
    std::vector<std::jthread> workers;
    const size_t others = std::min<size_t>(threads_, jobs_.size()) - 1;
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
    std::optional<Refusal> refusal;
    std::exception_ptr failure;
  };

  bool stopped() const { return options_.stop && options_.stop->load(std::memory_order_relaxed); }

  /// Cases by how much they have to do, so that the last one to end is a small one.
  std::vector<size_t> costliest_first() const {
    std::vector<double> cost(exercise_.cases.size(), 0);
    for (size_t i = 0; i < cost.size(); ++i) {
      const Case& test = exercise_.cases[i];
      for (const std::string* work : {&exercise_.limit.bytes, &exercise_.limit.flops}) {
        if (!work->empty()) cost[i] += evaluate(*work, test.values);
      }
      cost[i] *= test.repeat;
    }
    std::vector<size_t> order(cost.size());
    std::iota(order.begin(), order.end(), size_t{0});
    if (options_.all_cases) {
      std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return cost[a] > cost[b]; });
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
    const std::vector<Declaration> all = declarations(scan_source(source_));
    const PlanContext context{exercise_, *module_, all, shown_};
    for (size_t i = 0; i < jobs_.size(); ++i) {
      VirtualDevice device(module_);
      std::variant<LaunchPlan, Refusal> plan;
      try {
        plan = make_plan(context, exercise_.cases[i], device, limits(1));
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

  vgpu::Limits limits(uint32_t threads) const {
    vgpu::Limits result;
    result.threads = threads;
    result.stop = options_.stop;
    return result;
  }

  /// Takes cases until none is left.
  void work() {
    for (;;) {
      const size_t turn = next_.fetch_add(1);
      if (turn >= order_.size() || build_.load() == Build::refused || stopped()) return;
      const size_t index = order_[turn];
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

  void run_job(size_t index, const Case& test, Job& job) {
    VirtualDevice device(module_);
    // The last cases have the machine to themselves: their blocks may use the threads that have nothing left to do.
    const size_t left = order_.size() - std::min(next_.load(), order_.size());
    const uint32_t block_threads = left + 1 >= threads_ ? 1 : threads_;
    try {
      job.outcome = run_case(exercise_, test, job.data, job.plan, *module_, device, limits(block_threads));
    } catch (const vgpu::LaunchError& error) {
      job.refusal = refusal_of("unsupported", fmt::format("the virtual GPU cannot run this launch: {} (case \"{}\")",
                                                          error.what(), test.name));
      return;
    }
    job.ran = true;
    for (vgpu::Finding& finding : job.outcome.findings) finding.file = own_file(finding.file);
    if (job.outcome.endless || (!options_.all_cases && !job.outcome.passed)) {
      size_t first = hard_failure_.load();
      while (index < first && !hard_failure_.compare_exchange_weak(first, index)) {
      }
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
    if (stopped() || std::any_of(jobs_.begin(), jobs_.end(), [](const Job& job) { return job.outcome.stopped; })) {
      verdict.refusal = refusal_of("stopped", "stopped before every case was judged; nothing was decided");
      return;
    }
    for (const Job& job : jobs_) {
      if (!job.refusal) continue;
      verdict.refusal = job.refusal;
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
    verdict.result = passed ? Verdict::Result::pass : Verdict::Result::fail;
  }

  const Exercise& exercise_;
  const std::filesystem::path& file_;
  const std::string shown_;
  const std::string& source_;
  const SubmitOptions& options_;
  std::string program_;
  std::shared_ptr<const vgpu::Module> module_;
  std::vector<Job> jobs_;
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
