// tritutor open ID: an exercise's file in the learner's editor.

#include <fmt/format.h>

#include <cstdlib>

#include "app/commands.h"
#include "app/dialect_option.h"
#include "app/edit.h"
#include "app/output.h"

namespace tritutor {

namespace {

struct Arguments {
  std::string name;
  std::string editor;
  std::optional<DialectId> dialect;
};

void open_file(Session& session, const Arguments& arguments) {
  const std::string editor = edit_command(arguments.editor, [](const char* variable) { return std::getenv(variable); });
  if (editor.empty()) {
    throw CommandError(status_usage,
                       "nothing says which editor is yours. Set EDITOR (export EDITOR=nano), or name it: --edit-cmd "
                       "nano");
  }
  const Exercise* exercise = nullptr;
  if (arguments.name.empty()) {
    exercise = next_exercise(session.curriculum(), progress_of(session.workspace()));
    if (exercise == nullptr)
      throw CommandError(status_usage, "every exercise is passed; name the one: tritutor open ID");
  } else {
    exercise = &session.exercise(arguments.name);
  }
  const Workspace workspace = session.workspace_or_new();
  const DialectId dialect = dialect_for(arguments.dialect, workspace);
  workspace.ensure_starter(session.home(), *exercise, dialect);
  const std::filesystem::path file = workspace.file_of(*exercise, dialect);
  edit(editor, file);
  print("{}  {}\n{}  tritutor submit {}{}\n", session.style().bold("file"), shown(file), session.style().bold("next"),
        exercise->id, dialect_words(dialect, workspace));
}

}  // namespace

void add_open(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("open", "Open an exercise's file in your editor");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("exercise", arguments->name, "Id or name; absent: the next exercise")->type_name("ID");
  command
      ->add_option("--edit-cmd", arguments->editor,
                   "The editor, with its options; absent: $VISUAL, $EDITOR or VS Code's own")
      ->type_name("CMD");
  add_dialect_option(*command, arguments->dialect);
  command->footer(
      "Examples:\n"
      "  tritutor open 2.3\n"
      "  tritutor open --edit-cmd 'code -r'    the next exercise's, in VS Code\n\n"
      "The starting file is put there first where there is none. In VS Code's own terminal no editor need be set.");
  command->callback([&session, arguments] { open_file(session, *arguments); });
}

}  // namespace tritutor
