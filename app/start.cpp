// tritutor start ID: an exercise's starting file in the workspace, where it is not there yet.

#include <fmt/format.h>

#include "app/commands.h"
#include "app/dialect_option.h"
#include "app/output.h"

namespace tritutor {

void add_start(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("start", "Put an exercise's starting file into the workspace");
  auto name = std::make_shared<std::string>();
  command->add_option("exercise", *name, "Id (4.1) or name (tiled_matmul)")->required()->type_name("ID");
  auto given = std::make_shared<std::optional<DialectId>>();
  add_dialect_option(*command, *given);
  command->footer("Example:\n  tritutor start 4.1\n\nA file that is there stays as it is.");
  command->callback([&session, name, given] {
    const Exercise& exercise = session.exercise(*name);
    const Workspace workspace = session.workspace_or_new();
    const DialectId dialect = dialect_for(*given, workspace);
    const std::string words = exercise.id + dialect_words(dialect, workspace);
    const bool copied = workspace.ensure_starter(session.home(), exercise, dialect);
    const std::string file = shown(workspace.file_of(exercise, dialect));
    if (copied) {
      print("{} is there now: {}\n", file, exercise.title);
    } else {
      print("{} is there already, and stays as it is. (The starting file again: tritutor reset {})\n", file, words);
    }
    print("{}  edit it (tritutor open {}), then: tritutor submit {}\n", session.style().bold("next"), words, words);
  });
}

}  // namespace tritutor
