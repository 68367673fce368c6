// tritutor next: the first exercise that is not passed yet, and what to type.

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/dialect_option.h"
#include "app/exercise_view.h"
#include "app/output.h"
#include "app/triton_needed.h"

namespace tritutor {

namespace {

struct Arguments {
  std::optional<DialectId> dialect;
  bool json = false;
};

void show_all_done(const Curriculum& curriculum, bool json) {
  if (json) {
    write_exact(nlohmann::json{{"exercise", nullptr}}.dump() + "\n");
    return;
  }
  print("All {} exercises are passed. What you did: tritutor progress\n", curriculum.exercises.size());
}

/// From now on the workspace is for this dialect, where its kernels can be judged here.
void choose(const Workspace& workspace, DialectId dialect) {
  if (dialect == DialectId::triton) workspace.prepare_python(need_triton().packages);
  workspace.set_dialect(dialect);
  const std::string folder = shown(workspace.root());
  const std::string said =
      fmt::format("{} is for {} from now on: levelN/NAME{}. (For one command alone: --dialect after it.)",
                  folder == "." ? "This folder" : folder, title_of(dialect), extension_of(dialect));
  print_error("{}\n", wrap(said, terminal_width(STDERR_FILENO)));
}

void next(Session& session, const Arguments& arguments) {
  const Curriculum& curriculum = session.curriculum();
  const Workspace workspace = session.workspace_or_new();
  if (arguments.dialect) choose(workspace, *arguments.dialect);
  const DialectId dialect = workspace.dialect();
  const auto progress = progress_of(workspace);
  const Exercise* exercise = next_exercise(curriculum, progress);
  if (exercise == nullptr) return show_all_done(curriculum, arguments.json);
  bool copied = false;
  std::string missing;
  try {
    copied = workspace.ensure_starter(session.home(), *exercise, dialect);
  } catch (const CommandError& error) {
    missing = error.what();  // the statement can be read all the same
  }
  const std::string file = shown(workspace.file_of(*exercise, dialect));
  if (arguments.json) {
    const nlohmann::json answer = {{"exercise", exercise->id},
                                   {"slug", exercise->slug},
                                   {"title", exercise->title},
                                   {"dialect", name_of(dialect)},
                                   {"file", std::filesystem::absolute(workspace.file_of(*exercise, dialect)).string()},
                                   {"workspace", std::filesystem::absolute(workspace.root()).string()},
                                   {"copied", copied}};
    if (!missing.empty()) print_error("tritutor: {}\n", missing);
    write_exact(answer.dump() + "\n");
    return;
  }
  const Style style = session.style();
  print("{}\n", view_exercise(*exercise, dialect, style, session.width()));
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

}  // namespace

void run_next(Session& session) { next(session, {}); }

void add_next(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("next", "Show the next exercise and put its file into the workspace");
  auto arguments = std::make_shared<Arguments>();
  add_dialect_option(*command, arguments->dialect, "From now on in this dialect: cuda (CUDA C++) or triton");
  command->add_flag("--json", arguments->json, "Print JSON: exercise, dialect, file, workspace");
  command->footer(
      "Examples:\n"
      "  tritutor next\n"
      "  tritutor next --dialect triton   your files are Triton's, level1/vector_scaling.py, from now on");
  command->callback([&session, arguments] { next(session, *arguments); });
}

}  // namespace tritutor
