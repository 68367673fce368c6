#pragma once
// The learner's folder: levelN/SLUG.cu or SLUG.py to edit, and .tritutor/ with the record, the dialect that is written
// there, and the headers for editors.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/home.h"
#include "grader/curriculum/curriculum.h"
#include "grader/curriculum/dialect_id.h"

namespace tritutor {

class Workspace {
 public:
  explicit Workspace(std::filesystem::path root) : root_(std::move(root)) {}

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path database() const { return root_ / ".tritutor" / "progress.db"; }
  std::filesystem::path include_dir() const { return root_ / ".tritutor" / "include"; }

  /// What the learner writes in where nothing else is said; CUDA C++ until it is set. Throws CommandError.
  DialectId dialect() const;
  void set_dialect(DialectId dialect) const;

  /// Where the learner's file of an exercise is, whether it is there or not.
  std::filesystem::path file_of(const Exercise& exercise, DialectId dialect) const;

  /// Copies the starter where the learner has no file yet. True: it was copied now.
  bool ensure_starter(const Home& home, const Exercise& exercise, DialectId dialect) const;
  /// Puts the starter back and returns where the learner's file went (empty: there was none, or it was the starter).
  std::filesystem::path reset(const Home& home, const Exercise& exercise, DialectId dialect) const;
  /// The same with any text in place of the starter.
  std::filesystem::path replace(const Exercise& exercise, DialectId dialect, const std::string& text) const;
  /// Writes .tritutor/, the headers, .clangd and .gitignore; what the learner changed of the last two stays.
  void prepare(const Home& home, const Curriculum& curriculum) const;
  /// Tells Python editors where Triton is (`packages`), unless the learner has told them something himself.
  void prepare_python(const std::filesystem::path& packages) const;

 private:
  std::filesystem::path dialect_file() const { return root_ / ".tritutor" / "dialect"; }

  std::filesystem::path root_;
};

/// Name of the folder that is made where the current one is in use.
inline constexpr const char* kWorkspaceName = "tritutor-workspace";

/// Walks up from a folder to one that holds .tritutor/, looking into each one's tritutor-workspace/ as well.
std::optional<Workspace> find_workspace(const std::filesystem::path& from);

/// Where a new workspace belongs: `folder` itself where it is empty, else tritutor-workspace/ in it.
std::filesystem::path place_for_workspace(const std::filesystem::path& folder);

/// tritutor_problem.cuh for editors: a struct Problem with the sizes and scalars of every exercise.
std::string editor_problem(const Curriculum& curriculum);

/// .clangd, with the include folder as an absolute path.
std::string clangd_config(const std::filesystem::path& include_dir);

}  // namespace tritutor
