#include "grader/submission.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <new>
#include <variant>

#include "grader/case_data.h"
#include "grader/case_work.h"
#include "grader/decision.h"
#include "grader/device_choice.h"
#include "grader/dialect/dialect.h"
#include "grader/dialect/triton/algebra.h"
#include "grader/gpu_work.h"
#include "grader/own_words.h"
#include "grader/program.h"
#include "grader/tune.h"

namespace tritutor {
namespace {

/// The trip: the cases' data are made while the file is compiled, then every case runs, then it is decided.
void submit(const Exercise& exercise, const std::filesystem::path& file, const std::string& source,
            const SubmitOptions& options, Verdict& verdict) {
  const std::variant<DeviceChoice, Refusal> chosen = device_choice(options.device);
  if (const auto* refusal = std::get_if<Refusal>(&chosen)) {
    verdict.refusal = *refusal;
    return;
  }
  const DeviceChoice choice = std::get<DeviceChoice>(chosen);
  const bool hidden = std::any_of(exercise.cases.begin(), exercise.cases.end(),
                                  [](const Case& test) { return !test.seed.has_value(); });
  const uint64_t seed = options.seed ? *options.seed : hidden || choice.gpu ? draw_seed() : 0;
  if (hidden || options.seed) verdict.seed = seed;

  SubmitOptions with_seed = options;
  with_seed.seed = seed;
  Choice tuned = choose_configuration(exercise, file, source, with_seed);
  if (tuned.refusal) {
    verdict.refusal = std::move(tuned.refusal);
    return;
  }
  verdict.configuration = tuned.configuration.name;

  std::optional<GpuWork> gpu;
  if (choice.gpu) {
    gpu.emplace(exercise, choice.ordinal, GpuWork::Options{seed, options.threads, options.stop, options.progress});
  }
  Program program;
  if (options.profile != nullptr) program.hardware = hardware_of(*options.profile);
  CaseWork work(exercise, seed,
                {options.all_cases, options.gpu_alone, options.threads, options.stop, options.progress});
  {
    const Progress::Task compiling(options.progress, "compiling");
    std::function<std::string()> architecture;
    if (gpu) architecture = [&] { return gpu->why_not().empty() ? gpu->info().architecture() : std::string(); };
    verdict.refusal = build_program(
        exercise, file, source, {options.include_dir, {}, architecture, options.stop, tuned.configuration}, program);
  }
  verdict.warnings = program.warnings;
  verdict.toolchain = program.toolchain;
  if (verdict.refusal) return;
  // At the case that is timed the compiler has specialised as it does at its full size.
  const size_t shown = exercise.timed.empty() ? 0 : exercise.case_index(exercise.timed[0].test);
  verdict.compiler = program.compiled->compiler_notes(program.plan_context(exercise), program.plans.at(shown));
  if (!tuned.note.empty()) verdict.compiler.insert(verdict.compiler.begin(), tuned.note);
  if (gpu) {
    const std::string why_not = gpu->why_not();
    if (!why_not.empty() && choice.needed) {
      verdict.refusal = no_gpu(why_not);
      return;
    }
    if (why_not.empty()) {
      verdict.device_kind = "cuda";
      verdict.device_name = gpu->info().name;
      gpu->load(program);
      program.hardware = hardware_of(gpu->info());
      verdict.seed = seed;
    } else {
      gpu.reset();
    }
  }
  work.run(program, gpu ? &*gpu : nullptr);
  decide_rightness(exercise, program, work, verdict);
  if (verdict.right && tuned.wrong) decide_configuration(exercise, *std::move(tuned.wrong), verdict);
  if (!verdict.right) return;
  if (!options.ours.empty() && verdict.dialect == "triton") {
    const Progress::Task task(options.progress, "comparing the algebra");
    verdict.algebra = algebra_of(exercise, file, options.ours);
  }
  if (gpu) {
    const DeviceProfile* own =
        options.profiles != nullptr ? profile_of_gpu(*options.profiles, gpu->info().name) : nullptr;
    decide_measured_speed(exercise, program, work, own != nullptr ? own : options.profile, *gpu, verdict);
  } else {
    decide_predicted_speed(exercise, program, work, options.profile, verdict);
  }
}

}  // namespace

Verdict grade(const Exercise& exercise, const std::filesystem::path& file, const std::string& source,
              const SubmitOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  Verdict verdict;
  verdict.exercise = exercise.id;
  verdict.slug = exercise.slug;
  verdict.needs = exercise.needs;
  if (exercise.needs == Needs::bronze) verdict.timing.required = exercise.thresholds.bronze;
  verdict.file = file.string();
  verdict.dialect = dialect_of(file).name();
  try {
    submit(exercise, file, source, options, verdict);
    put_in_words(dialect_of(file), verdict);
  } catch (const std::bad_alloc&) {
    verdict.refusal = refusal_of("environment", "there is not enough memory for this submission; close other programs");
  } catch (const GpuError& error) {
    const char* advice =
        error.kind() == GpuError::Kind::no_memory ? "Does another program use the GPU? nvidia-smi tells. " : "";
    verdict.refusal = refusal_of("environment", fmt::format("{} failed: {}. {}To go on without it: --device virtual",
                                                            verdict.device_name, error.what(), advice));
  } catch (const std::exception& error) {
    verdict.refusal = refusal_of("environment", fmt::format("the grader failed: {}; this is not your kernel's fault, "
                                                            "please report it",
                                                            error.what()));
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
