// tritutor progress: how far the learner is, level by level.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/dialect_option.h"
#include "app/medal_view.h"
#include "app/output.h"

namespace tritutor {

namespace {

using Progress = std::map<std::string, ExerciseProgress>;

ExerciseProgress state_of(const Progress& progress, const Exercise& exercise) {
  const auto found = progress.find(exercise.id);
  return found == progress.end() ? ExerciseProgress{} : found->second;
}

struct Count {
  size_t passed = 0, total = 0;
};

/// Of the exercises a level cannot be finished without. level < 0: of all levels.
Count count_of(const Curriculum& curriculum, const Progress& progress, int level) {
  Count count;
  for (const Exercise& exercise : curriculum.exercises) {
    if (exercise.optional || (level >= 0 && exercise.level != level)) continue;
    ++count.total;
    if (state_of(progress, exercise).passed) ++count.passed;
  }
  return count;
}

std::string bar(const Count& count, const Style& style) {
  constexpr size_t width = 20;
  const size_t full = count.total == 0 ? 0 : width * count.passed / count.total;
  return style.green(std::string(full, '#')) + style.dim(std::string(width - full, '.'));
}

void print_json(const Curriculum& curriculum, const Progress& progress) {
  nlohmann::json exercises = nlohmann::json::array();
  for (const Exercise& exercise : curriculum.exercises) {
    const ExerciseProgress state = state_of(progress, exercise);
    exercises.push_back({{"id", exercise.id},
                         {"slug", exercise.slug},
                         {"level", exercise.level},
                         {"optional", exercise.optional},
                         {"attempts", state.attempts},
                         {"passed", state.passed},
                         {"passed_in", names_of(state.passed_in)},
                         {"medal", state.medal},
                         {"medal_predicted", state.medal_predicted},
                         {"last_verdict", state.last_verdict},
                         {"last_time", state.last_time},
                         {"hints_shown", state.hints_shown}});
  }
  const Count all = count_of(curriculum, progress, -1);
  write_exact(nlohmann::json{{"passed", all.passed}, {"total", all.total}, {"exercises", exercises}}.dump(2) + "\n");
}

/// "passed", and in which dialect where Triton is one of them.
std::string passed_in_words(const ExerciseProgress& state) {
  if (state.passed_in == std::vector{DialectId::cuda}) return "passed";
  return state.passed_in.size() > 1 ? "passed in both" : fmt::format("passed in {}", title_of(state.passed_in[0]));
}

/// `next` comes next, nullptr: nothing is left.
void print_table(const Curriculum& curriculum, const Progress& progress, const Exercise* next, const Style& style) {
  bool predicted = false;
  for (const Level& level : curriculum.levels) {
    const Count count = count_of(curriculum, progress, level.number);
    print("{} {} {}/{}\n", style.bold(pad(fmt::format("Level {}: {}", level.number, level.title), 40)),
          bar(count, style), count.passed, count.total);
    for (const Exercise& exercise : curriculum.exercises) {
      const ExerciseProgress state = state_of(progress, exercise);
      if (exercise.level != level.number || state.attempts == 0) continue;
      std::string verdict = state.passed ? style.green(passed_in_words(state)) : style.yellow("not yet");
      const std::string medal = medal_shown(state);
      if (!medal.empty()) verdict += ", " + medal;
      predicted = predicted || medal.ends_with('*');
      print(
          "  {:<4} {} {}, {} attempt{}{}, {}\n", shown_id(exercise), pad(exercise.slug, 22), verdict, state.attempts,
          state.attempts == 1 ? "" : "s",
          state.hints_shown > 0 ? fmt::format(", {} hint{}", state.hints_shown, state.hints_shown == 1 ? "" : "s") : "",
          state.last_time.substr(0, 10));
    }
  }
  const Count all = count_of(curriculum, progress, -1);
  print("\n{} of {} exercises passed.", all.passed, all.total);
  print("{}\n", next == nullptr ? " There is nothing left to do."
                                : fmt::format(" Next: {} {} (tritutor next)", shown_id(*next), next->title));
  if (predicted) print("{}", style.dim(medal_footnote));
}

}  // namespace

void add_progress(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("progress", "Show how far you are, with every attempt counted");
  auto dialect = std::make_shared<std::optional<DialectId>>();
  auto json = std::make_shared<bool>(false);
  add_dialect_option(*command, *dialect, "Only what was done in this dialect, cuda or triton");
  command->add_flag("--json", *json, "Print JSON");
  command->footer("Example:\n  tritutor progress");
  command->callback([&session, dialect, json] {
    const Workspace workspace = session.workspace_or_error();
    const auto progress = progress_of(workspace, *dialect);
    if (*json) return print_json(session.curriculum(), progress);
    const Exercise* next = next_exercise(session.curriculum(), progress_of(workspace));
    print_table(session.curriculum(), progress, next, session.style());
  });
}

}  // namespace tritutor
