// tritutor reset ID: the starter again; the learner's file is kept beside it.

#include <fmt/format.h>

#include "app/commands.h"
#include "app/dialect_option.h"
#include "app/output.h"

namespace tritutor {

void add_reset(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("reset", "Put an exercise's starting file back; yours is kept beside it");
  auto name = std::make_shared<std::string>();
  command->add_option("exercise", *name, "Id or name")->required()->type_name("ID");
  auto given = std::make_shared<std::optional<DialectId>>();
  add_dialect_option(*command, *given);
  command->footer("Example:\n  tritutor reset 1.1");
  command->callback([&session, name, given] {
    const Exercise& exercise = session.exercise(*name);
    const Workspace workspace = session.workspace_or_new();
    const DialectId dialect = dialect_for(*given, workspace);
    const std::filesystem::path kept = workspace.reset(session.home(), exercise, dialect);
    print("{} is as it was at the start.\n", shown(workspace.file_of(exercise, dialect)));
    if (!kept.empty()) print("Yours is kept: {}\n", shown(kept));
  });
}

}  // namespace tritutor
