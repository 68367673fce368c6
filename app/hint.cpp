// tritutor hint ID: one more hint each time.

#include <fmt/format.h>

#include <algorithm>

#include "app/commands.h"
#include "app/output.h"

namespace tritutor {

namespace {

void print_hint(const Session& session, const Exercise& exercise, size_t i) {
  const std::string label = fmt::format("hint {} of {}  ", i + 1, exercise.hints.staged.size());
  print("{}", wrap(session.style().bold(label) + exercise.hints.staged[i], std::min(session.width(), 100)));
}

void hint(Session& session, const std::string& name, bool all) {
  const std::optional<Workspace> workspace = session.workspace();
  const auto progress = progress_of(workspace);
  const Exercise* exercise = name.empty() ? next_exercise(session.curriculum(), progress) : &session.exercise(name);
  if (exercise == nullptr) throw CommandError(status_usage, "every exercise is passed; name the one: tritutor hint ID");
  const size_t count = exercise->hints.staged.size();
  if (count == 0) {
    print("{} {} has no hints. Its statement: tritutor show {}\n", exercise->id, exercise->title, exercise->id);
    return;
  }
  const auto found = progress.find(exercise->id);
  const size_t shown_before = found == progress.end() ? 0 : static_cast<size_t>(std::max(found->second.hints_shown, 0));
  const size_t now = all ? count : std::min(shown_before + 1, count);
  std::string forgotten;
  if (workspace && now > shown_before) {
    try {
      Record(workspace->database()).set_hints_shown(exercise->id, static_cast<int>(now));
    } catch (const RecordError& error) {
      forgotten = error.what();  // where it can only be read, or the disk is full: shown all the same
    }
  }
  for (size_t i = 0; i < now; ++i) print_hint(session, *exercise, i);
  if (now < count) {
    print("\nOne more: tritutor hint {}\n", exercise->id);
  } else {
    print("\nThat was the last one. Our way to do it: tritutor solution {} --anyway\n", exercise->id);
  }
  if (!forgotten.empty()) print_error("tritutor: that you saw it could not be noted: {}\n", forgotten);
}

}  // namespace

void add_hint(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("hint", "Show a hint; each time one more");
  auto name = std::make_shared<std::string>();
  auto all = std::make_shared<bool>(false);
  command->add_option("exercise", *name, "Id or name; absent: the next exercise")->type_name("ID");
  command->add_flag("--all", *all, "Show all of them");
  command->footer("Example:\n  tritutor hint 2.3");
  command->callback([&session, name, all] { hint(session, *name, *all); });
}

}  // namespace tritutor
