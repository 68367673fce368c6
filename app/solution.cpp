// tritutor solution ID: our own kernel, after the learner's passed.

#include <fmt/format.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/output.h"

namespace tritutor {

void add_solution(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("solution", "Print our solution of an exercise you passed");
  auto name = std::make_shared<std::string>();
  auto anyway = std::make_shared<bool>(false);
  auto fast = std::make_shared<bool>(false);
  command->add_option("exercise", *name, "Id or name")->required()->type_name("ID");
  command->add_flag("--anyway", *anyway, "Also when yours has not passed yet");
  command->add_flag("--fast", *fast, "The faster and longer one, where there are two");
  command->footer("Examples:\n  tritutor solution 1.1 > ours.cu\n  tritutor solution 4.1 --fast");
  command->callback([&session, name, anyway, fast] {
    const Exercise& exercise = session.exercise(*name);
    const auto progress = progress_of(session.workspace());
    const auto found = progress.find(exercise.id);
    const bool passed = found != progress.end() && found->second.passed;
    if (!passed && !exercise.worked && !*anyway) {
      throw CommandError(
          status_not_passed,
          fmt::format("{0} {1} is not passed yet. A hint: tritutor hint {0}. To see the solution all the "
                      "same: tritutor solution {0} --anyway",
                      exercise.id, exercise.title));
    }
    const std::filesystem::path faster = session.home().fast_solution(exercise);
    const bool two = std::filesystem::exists(faster);
    if (*fast && !two) {
      throw CommandError(status_usage,
                         fmt::format("{0} {1} has one solution, and it is the fast one: tritutor solution {0}",
                                     exercise.id, exercise.title));
    }
    const std::string text = read_text(*fast ? faster : session.home().solution(exercise));
    // Into a file it goes as it is.
    if (isatty(STDOUT_FILENO) != 0) {
      write_output(text);
      if (two && !*fast) print("\nA faster one, and how it came to be: tritutor solution {} --fast\n", exercise.id);
    } else {
      write_exact(text);
    }
  });
}

}  // namespace tritutor
