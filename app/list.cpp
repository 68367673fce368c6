// tritutor list: every exercise with its state.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/dialect_option.h"
#include "app/list_view.h"
#include "app/medal_view.h"
#include "app/output.h"

namespace tritutor {

namespace {

void print_json(const Curriculum& curriculum, const std::map<std::string, ExerciseProgress>& progress) {
  nlohmann::json all = nlohmann::json::array();
  for (const Exercise& exercise : curriculum.exercises) {
    const auto found = progress.find(exercise.id);
    const ExerciseProgress state = found == progress.end() ? ExerciseProgress{} : found->second;
    all.push_back({{"id", exercise.id},
                   {"slug", exercise.slug},
                   {"title", exercise.title},
                   {"level", exercise.level},
                   {"optional", exercise.optional},
                   {"worked", exercise.worked},
                   {"attempts", state.attempts},
                   {"passed", state.passed},
                   {"passed_in", names_of(state.passed_in)},
                   {"needs", name_of(exercise.needs)},
                   {"medal", state.medal},
                   {"medal_predicted", state.medal_predicted}});
  }
  write_exact(all.dump(2) + "\n");
}

}  // namespace

void add_list(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("list", "List every exercise with its state");
  auto dialect = std::make_shared<std::optional<DialectId>>();
  auto json = std::make_shared<bool>(false);
  add_dialect_option(*command, *dialect, "Only what was done in this dialect, cuda or triton");
  command->add_flag("--json", *json, "Print JSON");
  command->footer("Example:\n  tritutor list");
  command->callback([&session, dialect, json] {
    const Curriculum& curriculum = session.curriculum();
    const auto progress = progress_of(session.workspace(), *dialect);
    if (*json) return print_json(curriculum, progress);
    const Style style = session.style();
    const Exercise* next = next_exercise(curriculum, progress_of(session.workspace()));
    bool predicted = false;
    for (const ListLine& line : list_lines(curriculum, progress, next, style)) {
      print("{}\n", line.text);
      predicted = predicted || line.predicted;
    }
    if (predicted) print("\n{}", style.dim(medal_footnote));
  });
}

}  // namespace tritutor
