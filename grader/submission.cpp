#include "grader/submission.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>

#include "grader/case_data.h"
#include "grader/case_work.h"
#include "grader/decision.h"
#include "grader/program.h"

namespace tritutor {
namespace {

/// Why a device cannot be used here; nullopt where it can.
std::optional<Refusal> check_device(const std::string& device) {
  if (device == "auto" || device == "virtual") return std::nullopt;
  if (device == "cuda") {
    return refusal_of("environment",
                      "this version grades on the virtual GPU only; submit with --device virtual, or without --device");
  }
  return refusal_of("environment", fmt::format("there is no device \"{}\"; use --device auto or virtual", device));
}

/// The trip: the cases' data are made while the file is compiled, then every case runs, then it is decided.
void submit(const Exercise& exercise, const std::filesystem::path& file, const std::string& source,
            const SubmitOptions& options, Verdict& verdict) {
  const bool hidden = std::any_of(exercise.cases.begin(), exercise.cases.end(),
                                  [](const Case& test) { return !test.seed.has_value(); });
  const uint64_t seed = options.seed ? *options.seed : hidden ? draw_seed() : 0;
  if (hidden || options.seed) verdict.seed = seed;

  Program program;
  if (options.profile != nullptr) program.hardware = hardware_of(*options.profile);
  CaseWork work(exercise, seed, {options.all_cases, options.threads, options.stop, options.progress});
  {
    const Progress::Task compiling(options.progress, "compiling");
    verdict.refusal = build_program(exercise, file, source, options.include_dir, options.stop, program);
  }
  verdict.warnings = program.warnings;
  verdict.toolchain = program.toolchain;
  if (verdict.refusal) return;
  work.run(program);
  decide(exercise, program, work, options.profile, verdict);
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
  verdict.refusal = check_device(options.device);
  if (!verdict.refusal) {
    try {
      submit(exercise, file, source, options, verdict);
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
