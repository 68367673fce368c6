#include "app/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include "app/names.h"
#include "app/output.h"
#include "app/terminal.h"

namespace tritutor {

namespace fs = std::filesystem;

const Home& Session::home() {
  if (!home_) home_ = find_home(curriculum_file);
  return *home_;
}

const Curriculum& Session::curriculum() {
  if (!curriculum_) curriculum_ = load_curriculum(home().curriculum);
  return *curriculum_;
}

Style Session::style() const { return Style(wants_color(color, STDOUT_FILENO)); }

int Session::width() const { return terminal_width(STDOUT_FILENO); }

int Session::rows() const { return terminal_rows(STDOUT_FILENO); }

const Exercise& Session::exercise(const std::string& id_or_slug) {
  const Exercise* found = curriculum().find(id_or_slug);
  if (found == nullptr) throw CommandError(status_usage, unknown_exercise(curriculum(), id_or_slug));
  return *found;
}

std::optional<Workspace> Session::workspace() const { return find_workspace(fs::current_path()); }

Workspace Session::workspace_or_error() const {
  const std::optional<Workspace> found = workspace();
  if (!found) {
    throw CommandError(status_usage, "there is no workspace here or in a folder above. Make one: tritutor init");
  }
  return *found;
}

Workspace Session::workspace_or_new() {
  const std::optional<Workspace> found = workspace();
  if (found) {
    try {
      found->prepare(home(), curriculum());
    } catch (const CommandError& error) {
      // Only editors read what it writes; a learner can read on in a workspace that may only be read.
      print_error("tritutor: {}\n", error.what());
    }
    return *found;
  }
  const Workspace made(place_for_workspace(fs::current_path()));
  const bool here = made.root() == fs::current_path();
  const std::string said = fmt::format(
      "There is no workspace yet, so {} becomes one: the exercises are copied there as you reach them, and your "
      "attempts are recorded in its .tritutor folder. (Elsewhere: tritutor init DIR)",
      here ? "this folder" : shown(made.root()) + "/");
  print_error("{}\n", wrap(said, terminal_width(STDERR_FILENO)));
  made.prepare(home(), curriculum());
  return made;
}

std::map<std::string, ExerciseProgress> progress_of(const std::optional<Workspace>& workspace,
                                                    std::optional<DialectId> dialect) {
  std::error_code error;
  if (!workspace || !fs::exists(workspace->database(), error)) return {};
  return Record(workspace->database(), Record::Use::read).progress(dialect);
}

const Exercise* next_exercise(const Curriculum& curriculum, const std::map<std::string, ExerciseProgress>& progress) {
  const Exercise* optional = nullptr;
  for (const Exercise& exercise : curriculum.exercises) {
    const auto found = progress.find(exercise.id);
    if (found != progress.end() && found->second.passed) continue;
    if (!exercise.optional) return &exercise;
    if (optional == nullptr) optional = &exercise;
  }
  return optional;
}

std::string shown_id(const Exercise& exercise) { return exercise.id + (exercise.optional ? "+" : ""); }

}  // namespace tritutor
