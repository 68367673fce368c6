// tritutor show ID: an exercise's statement, whether it is next or not.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/dialect_option.h"
#include "app/exercise_view.h"
#include "app/output.h"

namespace tritutor {

namespace {

nlohmann::json as_json(const Exercise& exercise, DialectId dialect) {
  nlohmann::json cases = nlohmann::json::array();
  for (const Case& one : exercise.cases) {
    cases.push_back(
        {{"name", one.name}, {"tests", one.tests}, {"values", one.values}, {"hidden", !one.seed.has_value()}});
  }
  return {{"id", exercise.id},
          {"slug", exercise.slug},
          {"title", exercise.title},
          {"level", exercise.level},
          {"optional", exercise.optional},
          {"dialect", name_of(dialect)},
          {"read", exercise.read},
          {"statement", exercise.statement_in(dialect)},
          {"formula", exercise.formula},
          {"signature", dialect == DialectId::triton ? exercise.host_signature() : exercise.signature()},
          {"triton", exercise.triton},
          {"needs", name_of(exercise.needs)},
          {"thresholds",
           {{"bronze", exercise.thresholds.bronze},
            {"silver", exercise.thresholds.silver},
            {"gold", exercise.thresholds.gold}}},
          {"cases", cases}};
}

}  // namespace

void add_show(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("show", "Show an exercise's statement");
  auto name = std::make_shared<std::string>();
  auto given = std::make_shared<std::optional<DialectId>>();
  auto json = std::make_shared<bool>(false);
  command->add_option("exercise", *name, "Id (4.1) or name (tiled_matmul)")->required()->type_name("ID");
  add_dialect_option(*command, *given);
  command->add_flag("--json", *json, "Print JSON");
  command->footer("Example:\n  tritutor show 4.1");
  command->callback([&session, name, given, json] {
    const Exercise& exercise = session.exercise(*name);
    const std::optional<Workspace> workspace = session.workspace();
    const DialectId dialect = dialect_for(*given, workspace);
    if (*json) {
      write_exact(as_json(exercise, dialect).dump(2) + "\n");
      return;
    }
    print("{}", view_exercise(exercise, dialect, session.style(), session.width()));
    std::error_code error;
    if (workspace && std::filesystem::exists(workspace->file_of(exercise, dialect), error)) {
      print("\n{}  {}\n", session.style().bold("file"), shown(workspace->file_of(exercise, dialect)));
    } else {
      print("\nTo get its file into the workspace: tritutor start {}{}\n", exercise.id,
            dialect_words(dialect, workspace));
    }
  });
}

}  // namespace tritutor
