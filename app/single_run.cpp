// tritutor run [FILE|ID]: runs a kernel file on one case, or on sizes of the learner's own, and shows the values.
// Nothing is recorded.

#include "grader/single_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>

#include "app/commands.h"
#include "app/dialect_option.h"
#include "app/interrupt.h"
#include "app/output.h"
#include "app/progress_line.h"
#include "app/single_run_view.h"
#include "app/target.h"
#include "app/verdict_view.h"
#include "grader/case_choice.h"

namespace tritutor {

namespace {

struct Arguments : TargetArguments {
  CaseWish wish;
  std::vector<std::string> values, inputs;  ///< NAME=...
  std::vector<std::string> names;           ///< --print
  bool all = false;
};

/// "n=5" into a map.
void put(const std::string& text, const std::string& option, std::map<std::string, std::string>& into) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
    throw CommandError(status_usage, fmt::format("{0} is given NAME=..., and '{1}' is not of that form", option, text));
  into[text.substr(0, equals)] = text.substr(equals + 1);
}

/// What the options do not take: FILE or ID, and "--n 5" or "--n=5" for each size of the exercise.
void take_rest(const std::vector<std::string>& rest, Arguments& arguments) {
  for (size_t i = 0; i < rest.size(); ++i) {
    const std::string& word = rest[i];
    if (!word.starts_with("--")) {
      if (!arguments.what.empty()) {
        throw CommandError(status_usage,
                           fmt::format("one exercise or file is run, and '{}' and '{}' are two", arguments.what, word));
      }
      arguments.what = word;
      continue;
    }
    std::string text = word.substr(2);
    if (text.find('=') == std::string::npos) {
      if (i + 1 == rest.size() || rest[i + 1].starts_with("--"))
        throw CommandError(status_usage, fmt::format("{0} has no value; a size is given as {0} 5", word));
      text += "=" + rest[++i];
    }
    put(text, word, arguments.wish.values);
  }
}

/// Throws CommandError for an array that the exercise does not have.
void check_names(const Exercise& exercise, const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == Role::input || argument.role == Role::output) known.push_back(argument.name);
  }
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw CommandError(status_usage,
                         fmt::format("{} has no array '{}'. It has: {}", exercise.id, name, fmt::join(known, ", ")));
    }
  }
}

void print_refusal(Session& session, const Target& target, const Verdict& verdict, const std::string& source,
                   const std::string& retry) {
  VerdictViewOptions options;
  options.style = session.style();
  options.width = session.width();
  options.file = shown(target.file);
  options.source = source;
  options.retry = retry;
  options.words = target.words;
  print("{}", view_verdict(verdict, *target.exercise, options));
  session.status = verdict.refusal->kind == "environment" ? status_environment : status_not_passed;
}

void run_single(Session& session, Arguments& arguments) {
  for (const std::string& each : arguments.values) put(each, "--value", arguments.wish.values);
  for (const std::string& each : arguments.inputs) put(each, "--inputs", arguments.wish.inputs);
  const Target target = target_of(session, arguments, "run");
  check_names(*target.exercise, arguments.names);
  const Case test = [&] {
    try {
      return chosen_case(*target.exercise, arguments.wish);
    } catch (const CaseWishError& error) {
      throw CommandError(status_usage, error.what());
    }
  }();
  const std::string source = read_kernel_file(target.file);
  Interrupt interrupt;
  Progress progress;
  SingleRunOptions options;
  options.include_dir = session.home().tl;
  options.hardware = hardware_of(profile_of(session.home(), arguments.profile));
  options.stop = interrupt.flag();
  options.progress = &progress;
  const SingleRun run = [&] {
    const ProgressLine line(progress, isatty(STDERR_FILENO) != 0);
    return run_once(*target.exercise, test, target.file, source, options);
  }();
  if (interrupt.seen()) throw CommandError(status_stopped, "stopped");
  if (run.verdict.refusal)
    return print_refusal(session, target, run.verdict, source, call_of("run", target, arguments));
  SingleRunViewOptions view;
  view.style = session.style();
  view.width = session.width();
  view.file = shown(target.file);
  view.source = source;
  view.submit = call_of("submit", target, arguments);
  view.names = arguments.names;
  view.whole = arguments.all;
  print("{}", view_single_run(run, *target.exercise, test, view));
  session.status = run.verdict.right ? status_ok : status_not_passed;
}

}  // namespace

void add_run(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("run", "Run a kernel file on one case or on sizes of your own; show the values");
  auto arguments = std::make_shared<Arguments>();
  // The sizes have other names in every exercise: the rest is taken apart by hand.
  command->fallthrough(false);
  command->allow_extras();
  command->add_option("--exercise", arguments->exercise, "Which exercise a file is for, where its name does not tell")
      ->type_name("ID");
  command->add_option("--case", arguments->wish.name, "One of the exercise's cases; absent: the first")
      ->type_name("NAME");
  command->add_option("--value", arguments->values, "A size or number of the exercise; --n 5 is short for --value n=5")
      ->type_name("NAME=NUMBER");
  command->add_option("--inputs", arguments->inputs, "What is in an input: uniform, positive, zeros, ...")
      ->type_name("NAME=KIND");
  command->add_option("--seed", arguments->wish.seed, "Draw the inputs from this number")->type_name("N");
  command->add_option("--print", arguments->names, "Show only this array; may be given several times")
      ->type_name("NAME")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--all", arguments->all, "Show arrays whole, however large");
  add_dialect_option(*command, arguments->dialect, "Of an exercise's files the one in this dialect, cuda or triton");
  command->add_option("--color", session.color)->group("")->check(CLI::IsMember({"auto", "always", "never"}));
  command->add_option("--curriculum", session.curriculum_file)->group("");
  for (CLI::Option* option : {command->get_option("--value"), command->get_option("--inputs")})
    option->allow_extra_args(false);
  command->footer(
      "Examples:\n"
      "  tritutor run 1.1 --n 5                       a case of your own\n"
      "  tritutor run my.cu --exercise 4.1 --m 4 --n 4 --k 2 --print c\n"
      "  tritutor run 1.1 --case tail                 one of the exercise's\n"
      "  tritutor run 2.3 --m 2 --n 8 --inputs x=positive --seed 7\n\n"
      "Nothing is recorded. Exit status: 0 right, 1 not right, 2 bad usage, 3 the machine lacks something");
  command->callback([&session, command, arguments] {
    take_rest(command->remaining(), *arguments);
    run_single(session, *arguments);
  });
}

}  // namespace tritutor
