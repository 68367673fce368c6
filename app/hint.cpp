// tritutor hint ID: one more hint each time.

#include <fmt/format.h>

#include <algorithm>

#include "app/commands.h"
#include "app/dialect_option.h"
#include "app/output.h"

namespace tritutor {

namespace {

struct Arguments {
  std::string name;
  bool all = false;
  std::optional<DialectId> dialect;
};

void print_hint(const Session& session, const std::vector<std::string>& staged, size_t i) {
  const std::string label = fmt::format("hint {} of {}  ", i + 1, staged.size());
  print("{}", wrap(session.style().bold(label) + staged[i], std::min(session.width(), 100)));
}

void hint(Session& session, const Arguments& arguments) {
  const std::optional<Workspace> workspace = session.workspace();
  const DialectId dialect = dialect_for(arguments.dialect, workspace);
  const auto progress = progress_of(workspace);
  const Exercise* exercise =
      arguments.name.empty() ? next_exercise(session.curriculum(), progress) : &session.exercise(arguments.name);
  if (exercise == nullptr) throw CommandError(status_usage, "every exercise is passed; name the one: tritutor hint ID");
  const std::vector<std::string> staged = exercise->hints_in(dialect).staged;
  const std::string words = exercise->id + dialect_words(dialect, workspace);
  const size_t count = staged.size();
  if (count == 0) {
    print("{} {} has no hints. Its statement: tritutor show {}\n", exercise->id, exercise->title, words);
    return;
  }
  const auto found = progress.find(exercise->id);
  const size_t shown_before = found == progress.end() ? 0 : static_cast<size_t>(std::max(found->second.hints_shown, 0));
  const size_t now = arguments.all ? count : std::min(shown_before + 1, count);
  std::string forgotten;
  if (workspace && now > shown_before) {
    try {
      Record(workspace->database()).set_hints_shown(exercise->id, static_cast<int>(now));
    } catch (const RecordError& error) {
      forgotten = error.what();  // where it can only be read, or the disk is full: shown all the same
    }
  }
  for (size_t i = 0; i < now; ++i) print_hint(session, staged, i);
  if (now < count) {
    print("\nOne more: tritutor hint {}\n", words);
  } else {
    print("\nThat was the last one. Our way to do it: tritutor solution {} --anyway\n", words);
  }
  if (!forgotten.empty()) print_error("tritutor: that you saw it could not be noted: {}\n", forgotten);
}

}  // namespace

void add_hint(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("hint", "Show a hint; each time one more");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("exercise", arguments->name, "Id or name; absent: the next exercise")->type_name("ID");
  command->add_flag("--all", arguments->all, "Show all of them");
  add_dialect_option(*command, arguments->dialect);
  command->footer("Example:\n  tritutor hint 2.3");
  command->callback([&session, arguments] { hint(session, *arguments); });
}

}  // namespace tritutor
