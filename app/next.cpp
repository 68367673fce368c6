// tritutor next: the first exercise that is not passed yet, and what to type.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/exercise_view.h"
#include "app/output.h"

namespace tritutor {

namespace {

void show_all_done(const Curriculum& curriculum, bool json) {
  if (json) {
    write_exact(nlohmann::json{{"exercise", nullptr}}.dump() + "\n");
    return;
  }
  print("All {} exercises are passed. What you did: tritutor progress\n", curriculum.exercises.size());
}

}  // namespace

void run_next(Session& session, bool json) {
  const Curriculum& curriculum = session.curriculum();
  const Workspace workspace = session.workspace_or_new();
  const auto progress = progress_of(workspace);
  const Exercise* exercise = next_exercise(curriculum, progress);
  if (exercise == nullptr) return show_all_done(curriculum, json);
  bool copied = false;
  std::string missing;
  try {
    copied = workspace.ensure_starter(session.home(), *exercise);
  } catch (const CommandError& error) {
    missing = error.what();  // the statement can be read all the same
  }
  const std::string file = shown(workspace.file_of(*exercise));
  if (json) {
    const nlohmann::json answer = {{"exercise", exercise->id},
                                   {"slug", exercise->slug},
                                   {"title", exercise->title},
                                   {"file", std::filesystem::absolute(workspace.file_of(*exercise)).string()},
                                   {"workspace", std::filesystem::absolute(workspace.root()).string()},
                                   {"copied", copied}};
    if (!missing.empty()) print_error("tritutor: {}\n", missing);
    write_exact(answer.dump() + "\n");
    return;
  }
  const Style style = session.style();
  print("{}\n", view_exercise(*exercise, style, session.width()));
  const std::string submit = fmt::format("tritutor submit {}", exercise->id);
  if (!missing.empty()) {
    print_error("tritutor: {}\n", missing);
    return;
  }
  if (exercise->worked) {
    print("{}  {}   (solved already: read it and change it)\n", style.bold("file"), file);
  } else {
    print("{}  {}\n", style.bold("file"), file);
  }
  print("{}  {}edit the file, then: {}   (stuck? tritutor hint {})\n", style.bold("next"),
        exercise->optional ? "optional: " : "", style.bold(submit), exercise->id);
}

void add_next(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("next", "Show the next exercise and put its file into the workspace");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Print JSON: exercise, file, workspace");
  command->footer("Example:\n  tritutor next");
  command->callback([&session, json] { run_next(session, *json); });
}

}  // namespace tritutor
