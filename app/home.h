#pragma once
// Where the product's own files lie: curriculum.json, exercises, solutions, the learner's headers.

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/curriculum/dialect_id.h"

namespace tritutor {

struct Home {
  std::filesystem::path root;        ///< of the product
  std::filesystem::path curriculum;  ///< the curriculum file in use
  std::filesystem::path tl;          ///< headers that a kernel file includes

  /// exercises/, solutions/ or tests/mutants/ file: beside the curriculum file where it is there, else the product's.
  std::filesystem::path starter(const Exercise& exercise, DialectId dialect) const;
  std::filesystem::path solution(const Exercise& exercise, DialectId dialect) const;
  /// NAME_fast.cu beside it; may not exist.
  std::filesystem::path fast_solution(const Exercise& exercise, DialectId dialect) const;
  std::filesystem::path mutants(const Exercise& exercise) const;  ///< a folder, of every dialect; may not exist

  /// A file named from the folder of the curriculum file, which comes first, or from the product's.
  std::filesystem::path beside(const std::filesystem::path& relative) const;
};

/// TRITUTOR_HOME; else ../share/tritutor from the executable (an installed one); else the source folder it was built
/// from. `curriculum` replaces curriculum.json where it is not empty. Throws CommandError where nothing is found.
Home find_home(const std::string& curriculum);

/// The running executable.
std::filesystem::path executable_path();

/// The whole text of a file. Throws CommandError that names it.
std::string read_text(const std::filesystem::path& file);

/// A folder's files with one of these extensions, sorted; none where there is no such folder.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder,
                                            std::initializer_list<std::string_view> extensions);

/// The .cu files of a folder, as files_in has them.
std::vector<std::filesystem::path> kernels_in(const std::filesystem::path& folder);

/// The text of a kernel file: a regular file of text that is not too large. Throws CommandError that says what it is.
std::string read_kernel_file(const std::filesystem::path& file);

/// The text of an exercise's own file in a dialect. Throws CommandError that names the dialect where there is no such
/// file.
std::string read_own_file(const Exercise& exercise, DialectId dialect, const std::filesystem::path& file);

/// A path as a person in the current folder would write it.
std::string shown(const std::filesystem::path& path);

}  // namespace tritutor
