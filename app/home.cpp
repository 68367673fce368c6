#include "app/home.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "app/error.h"
#include "app/printable.h"
#include "grader/dialect/source_file.h"

namespace tritutor {

namespace fs = std::filesystem;

fs::path executable_path() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error);
}

Home find_home(const std::string& curriculum) {
  Home home;
  std::error_code error;
  const char* told = std::getenv("TRITUTOR_HOME");
  if (told != nullptr && *told != 0) {
    home.root = fs::absolute(told);
    if (!fs::exists(home.root / "curriculum.json", error)) {
      throw CommandError(status_environment, fmt::format("TRITUTOR_HOME is {}, but there is no curriculum.json in it. "
                                                         "Set it to tritutor's own folder, or unset it",
                                                         told));
    }
  } else {
    const fs::path installed = executable_path().parent_path().parent_path() / "share" / "tritutor";
    home.root = fs::exists(installed / "curriculum.json", error) ? installed : fs::path(TRITUTOR_SOURCE_DIR);
    if (!fs::exists(home.root / "curriculum.json", error)) {
      throw CommandError(status_environment,
                         fmt::format("the exercises are neither in {} nor in {}. Set TRITUTOR_HOME to the folder that "
                                     "holds curriculum.json",
                                     installed.string(), home.root.string()));
    }
  }
  home.tl = home.root / "tl";
  home.curriculum = home.root / "curriculum.json";
  if (!curriculum.empty()) {
    home.curriculum = fs::absolute(curriculum);
    if (!fs::is_regular_file(home.curriculum, error)) {
      throw CommandError(status_usage, fmt::format("--curriculum: there is no file {}", curriculum));
    }
  }
  return home;
}

fs::path Home::beside(const fs::path& relative) const {
  std::error_code error;
  const fs::path own = curriculum.parent_path() / relative;
  return fs::exists(own, error) ? own : root / relative;
}

fs::path Home::starter(const Exercise& exercise, DialectId dialect) const {
  return beside(fs::path("exercises") / exercise.file_name(dialect));
}

fs::path Home::solution(const Exercise& exercise, DialectId dialect) const {
  return beside(fs::path("solutions") / exercise.file_name(dialect));
}

fs::path Home::fast_solution(const Exercise& exercise, DialectId dialect) const {
  const fs::path plain = solution(exercise, dialect);
  return plain.parent_path() / fmt::format("{}_fast{}", exercise.slug, extension_of(dialect));
}

fs::path Home::mutants(const Exercise& exercise) const {
  std::error_code error;
  const fs::path own = curriculum.parent_path() / "mutants" / exercise.slug;
  return fs::exists(own, error) ? own : beside(fs::path("tests") / "mutants" / exercise.slug);
}

std::string read_text(const fs::path& file) {
  std::error_code error;
  if (fs::is_directory(file, error))
    throw CommandError(status_usage, fmt::format("{} is a folder, not a file", shown(file)));
  std::ifstream in(file, std::ios::binary);
  if (!in) throw CommandError(status_usage, fmt::format("cannot read {}: {}", shown(file), std::strerror(errno)));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<fs::path> files_in(const fs::path& folder, std::initializer_list<std::string_view> extensions) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string extension = entry.path().extension().string();
    if (std::find(extensions.begin(), extensions.end(), extension) != extensions.end()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> kernels_in(const fs::path& folder) { return files_in(folder, {".cu"}); }

std::string read_kernel_file(const fs::path& file) {
  try {
    return read_source_file(file, shown(file));
  } catch (const SourceFileError& error) {
    throw CommandError(status_usage, error.what());
  }
}

std::string read_own_file(const Exercise& exercise, DialectId dialect, const fs::path& file) {
  std::error_code error;
  if (fs::exists(file, error)) return read_text(file);
  std::string message = fmt::format("{} {} has no file in {}: {} is not there", exercise.id, exercise.title,
                                    title_of(dialect), shown(file));
  for (const DialectId other : every_dialect) {
    if (other != dialect && fs::exists(fs::path(file).replace_extension(extension_of(other)), error))
      message += fmt::format(". There is one in {}: --dialect {}", title_of(other), name_of(other));
  }
  throw CommandError(status_usage, message);
}

std::string shown(const fs::path& path) {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  if (error) return printable_line(path.string());
  const fs::path relative = fs::absolute(path).lexically_normal().lexically_relative(here);
  if (relative.empty()) return printable_line(path.string());
  const std::string absolute = fs::absolute(path).lexically_normal().string();
  return printable_line(relative.string().size() < absolute.size() ? relative.string() : absolute);
}

}  // namespace tritutor
