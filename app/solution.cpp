// tritutor solution ID: our own kernel, after the learner's passed.

#include <fmt/format.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/dialect_option.h"
#include "app/output.h"

namespace tritutor {

namespace {

struct Arguments {
  std::string name;
  bool anyway = false;
  bool fast = false;
  std::optional<DialectId> dialect;
};

void print_solution(Session& session, const Arguments& arguments) {
  const Exercise& exercise = session.exercise(arguments.name);
  const std::optional<Workspace> workspace = session.workspace();
  const DialectId dialect = dialect_for(arguments.dialect, workspace);
  const std::string words = exercise.id + dialect_words(dialect, workspace);
  const auto progress = progress_of(workspace);
  const auto found = progress.find(exercise.id);
  const bool passed = found != progress.end() && found->second.passed;
  if (!passed && !exercise.worked && !arguments.anyway) {
    throw CommandError(status_not_passed,
                       fmt::format("{0} {1} is not passed yet. A hint: tritutor hint {2}. To see the solution all the "
                                   "same: tritutor solution {2} --anyway",
                                   exercise.id, exercise.title, words));
  }
  const std::filesystem::path faster = session.home().fast_solution(exercise, dialect);
  const bool two = std::filesystem::exists(faster);
  if (arguments.fast && !two) {
    throw CommandError(status_usage, fmt::format("{} {} has one solution, and it is the fast one: tritutor solution {}",
                                                 exercise.id, exercise.title, words));
  }
  const std::string text =
      read_own_file(exercise, dialect, arguments.fast ? faster : session.home().solution(exercise, dialect));
  // Into a file it goes as it is.
  if (isatty(STDOUT_FILENO) != 0) {
    write_output(text);
    if (two && !arguments.fast) print("\nA faster one, and how it came to be: tritutor solution {} --fast\n", words);
  } else {
    write_exact(text);
  }
}

}  // namespace

void add_solution(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("solution", "Print our solution of an exercise you passed");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("exercise", arguments->name, "Id or name")->required()->type_name("ID");
  command->add_flag("--anyway", arguments->anyway, "Also when yours has not passed yet");
  command->add_flag("--fast", arguments->fast, "The faster and longer one, where there are two");
  add_dialect_option(*command, arguments->dialect);
  command->footer("Examples:\n  tritutor solution 1.1 > ours.cu\n  tritutor solution 4.1 --fast");
  command->callback([&session, arguments] { print_solution(session, *arguments); });
}

}  // namespace tritutor
