#pragma once
// What every command shares: the global options, and the files found on first need.

#include <optional>
#include <string>

#include "app/error.h"
#include "app/home.h"
#include "app/terminal.h"
#include "app/workspace.h"
#include "grader/curriculum/curriculum.h"
#include "grader/record/record.h"

namespace tritutor {

/// One run of the program.
class Session {
 public:
  std::string curriculum_file;  ///< --curriculum
  std::string color = "auto";   ///< --color
  int status = status_ok;       ///< what main returns

  const Home& home();
  /// Throws CurriculumError.
  const Curriculum& curriculum();
  Style style() const;  ///< of standard output
  int width() const;    ///< of standard output
  int rows() const;     ///< of standard output; 0: it is no terminal

  /// By id or slug. Throws CommandError with the nearest names.
  const Exercise& exercise(const std::string& id_or_slug);

  /// The workspace around the current folder, if any.
  std::optional<Workspace> workspace() const;
  /// The same, made where there is none; what is made is said on standard error.
  Workspace workspace_or_new();
  /// Throws CommandError where there is none.
  Workspace workspace_or_error() const;

 private:
  std::optional<Home> home_;
  std::optional<Curriculum> curriculum_;
};

/// Progress by exercise id; empty where there is no workspace or nothing was recorded yet.
/// `dialect`: of attempts in that one alone.
std::map<std::string, ExerciseProgress> progress_of(const std::optional<Workspace>& workspace,
                                                    std::optional<DialectId> dialect = std::nullopt);

/// The first exercise that is neither passed nor optional; then the first optional one; nullptr: all are passed.
const Exercise* next_exercise(const Curriculum& curriculum, const std::map<std::string, ExerciseProgress>& progress);

/// "4.1", with a "+" where the exercise is optional.
std::string shown_id(const Exercise& exercise);

}  // namespace tritutor
