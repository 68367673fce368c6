// tritutor submit [FILE|ID]: grades a kernel file, records the attempt, shows the verdict.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/interrupt.h"
#include "app/output.h"
#include "app/progress_line.h"
#include "app/target.h"
#include "app/verdict_view.h"
#include "grader/record/clip.h"
#include "grader/submission.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

struct Arguments : TargetArguments {
  std::optional<uint64_t> seed;
  bool first = false;
  bool fpsan = false;
  bool counters = false;
  bool all = false;
  bool json = false;
};

Attempt attempt_of(const Verdict& verdict, const std::string& source, const std::string& file) {
  Attempt attempt;
  attempt.exercise = verdict.exercise;
  attempt.file = file;
  attempt.source = source;
  attempt.verdict = std::string(name_of(verdict.result));
  attempt.medal = verdict.medal;
  attempt.device = fmt::format("{}: {}", verdict.device_kind, verdict.device_name);
  attempt.toolchain = verdict.toolchain;
  if (verdict.seed) attempt.seed = std::to_string(*verdict.seed);
  attempt.details = clipped(to_json(verdict)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return attempt;
}

/// How the recording went.
struct Recorded {
  std::optional<int64_t> attempt;  ///< its number
  std::string error;               ///< why it could not be recorded; the verdict is shown all the same
};

Recorded record(const Target& target, const Verdict& verdict, const std::string& source) {
  Recorded recorded;
  if (!target.workspace) return recorded;
  try {
    recorded.attempt =
        Record(target.workspace->database()).add(attempt_of(verdict, source, fs::absolute(target.file).string()));
  } catch (const std::exception& error) {
    recorded.error = error.what();
  }
  return recorded;
}

std::string what_is_next(Session& session, const Target& target) {
  std::map<std::string, ExerciseProgress> progress;
  try {
    progress = progress_of(target.workspace);
  } catch (const RecordError&) {
    // Said once already, by record(); the verdict is shown all the same.
  }
  progress[target.exercise->id].passed = true;  // also where nothing is recorded
  const Exercise* next = next_exercise(session.curriculum(), progress);
  const std::string ours = fmt::format("compare with ours: tritutor solution {}", target.words);
  if (next == nullptr) return "every exercise is passed; " + ours;
  return fmt::format("{} {}: tritutor next   ({})", shown_id(*next), next->title, ours);
}

int status_of(const Verdict& verdict) {
  if (verdict.result == Verdict::Result::pass) return status_ok;
  if (verdict.refusal && verdict.refusal->kind == "environment") return status_environment;
  return status_not_passed;
}

void print_verdict(Session& session, const Arguments& arguments, const Target& target, const Verdict& verdict,
                   const std::string& source, const Recorded& recorded) {
  if (arguments.json) {
    nlohmann::json answer = to_json(verdict, arguments.counters);
    answer["attempt"] = recorded.attempt ? nlohmann::json(*recorded.attempt) : nlohmann::json();
    write_exact(answer.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    return;
  }
  VerdictViewOptions options;
  options.style = session.style();
  options.width = session.width();
  options.file = shown(target.file);
  options.source = source;
  options.counters = arguments.counters;
  // One row is the shell's. Into a pipe or a file everything goes.
  if (!arguments.all && session.rows() > 0) options.rows = std::max(session.rows(), least_rows) - 1;
  options.retry = call_of("submit", target, arguments);
  options.words = target.words;
  if (verdict.result == Verdict::Result::pass) options.next = what_is_next(session, target);
  print("{}", view_verdict(verdict, *target.exercise, options));
  if (!target.workspace)
    print("Nothing was recorded: {} is in no workspace. To make one: tritutor init\n", options.file);
}

void submit(Session& session, const Arguments& arguments) {
  const Target target = target_of(session, arguments, "submit");
  const std::string source = read_kernel_file(target.file);
  const std::vector<DeviceProfile> profiles = profiles_of(session.home());
  Interrupt interrupt;
  SubmitOptions options;
  options.include_dir = session.home().tl;
  options.seed = arguments.seed;
  options.device = arguments.device;
  options.all_cases = !arguments.first;
  options.profile = &profile_in(profiles, arguments.profile);
  options.profiles = &profiles;
  options.stop = interrupt.flag();
  if (arguments.fpsan) options.ours = session.home().solution(*target.exercise, DialectId::triton);
  Progress progress;
  options.progress = &progress;
  const Verdict verdict = [&] {
    const ProgressLine line(progress, !arguments.json && isatty(STDERR_FILENO) != 0);
    return grade(*target.exercise, target.file, source, options);
  }();
  if (interrupt.seen() || (verdict.refusal && verdict.refusal->kind == "stopped")) {
    throw CommandError(status_stopped, "stopped. Nothing was judged or recorded");
  }
  // Recorded first, then shown: what the learner has seen is never lost.
  const Recorded recorded = record(target, verdict, source);
  print_verdict(session, arguments, target, verdict, source, recorded);
  session.status = status_of(verdict);
  if (!recorded.error.empty()) {
    std::fflush(stdout);
    throw CommandError(status_environment, "the attempt was judged but not recorded: " + recorded.error);
  }
}

}  // namespace

void add_submit(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("submit", "Have a kernel file compiled, run and judged");
  auto arguments = std::make_shared<Arguments>();
  add_target_options(*command, *arguments);
  command->add_option("--seed", arguments->seed, "Draw the hidden cases' inputs from this number")->type_name("N");
  command->add_flag("--first", arguments->first, "Stop at the first case that fails");
  command->add_flag("--counters", arguments->counters, "Show every counter, and the lines that cost most");
  command->add_flag("--fpsan", arguments->fpsan,
                    "Triton: compare a right file with our solution algebraically, without rounding");
  command->add_flag("--all", arguments->all, "Show all of a failure, also what does not fit the screen");
  command->add_flag("--json", arguments->json, "Print the verdict as JSON");
  command->footer([&session] {
    return fmt::format(
        "Examples:\n"
        "  tritutor submit                      the next exercise's file\n"
        "  tritutor submit 1.1                  the workspace's file of an exercise\n"
        "  tritutor submit my.cu --exercise 1.1 any file; one in Triton ends in .py\n"
        "  tritutor submit 3.1 --profile T4     its time predicted for another device\n"
        "{}\nExit status: 0 passed, 1 not passed, 2 bad usage, 3 the machine lacks something",
        profiles_help(session));
  });
  command->callback([&session, arguments] { submit(session, *arguments); });
}

}  // namespace tritutor
