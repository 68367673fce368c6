#include "app/workspace.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "app/error.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void cannot_write(const fs::path& path, const std::string& reason) {
  throw CommandError(status_environment,
                     fmt::format("cannot write {}: {}. Choose another folder: tritutor init DIR", shown(path), reason));
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder))
    cannot_write(folder, error ? error.message() : "a file of that name is there");
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Writes a file whole or not at all: beside it first, then renamed over it.
void write_file(const fs::path& file, const std::string& text) {
  const fs::path beside = file.string() + ".new";
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) {
      std::error_code ignored;
      fs::remove(beside, ignored);
      cannot_write(file, "no room, or no right to write there");
    }
  }
  std::error_code error;
  fs::rename(beside, file, error);
  if (error) cannot_write(file, error.message());
}

void write_if_changed(const fs::path& file, const std::string& text) {
  std::error_code error;
  if (!fs::exists(file, error) || text_of(file) != text) write_file(file, text);
}

void write_if_absent(const fs::path& file, const std::string& text) {
  std::error_code error;
  if (!fs::exists(file, error)) write_file(file, text);
}

}  // namespace

DialectId Workspace::dialect() const {
  std::error_code error;
  if (!fs::exists(dialect_file(), error)) return DialectId::cuda;
  std::string name;
  std::istringstream(text_of(dialect_file())) >> name;
  if (const auto dialect = dialect_named(name)) return *dialect;
  throw CommandError(status_environment, fmt::format("{} should hold the word cuda or triton. To write it anew: "
                                                     "tritutor next --dialect cuda",
                                                     shown(dialect_file())));
}

void Workspace::set_dialect(DialectId dialect) const {
  write_if_changed(dialect_file(), fmt::format("{}\n", name_of(dialect)));
}

fs::path Workspace::file_of(const Exercise& exercise, DialectId dialect) const {
  return root_ / exercise.file_name(dialect);
}

bool Workspace::ensure_starter(const Home& home, const Exercise& exercise, DialectId dialect) const {
  const fs::path file = file_of(exercise, dialect);
  std::error_code error;
  if (fs::exists(file, error)) return false;
  const std::string text = read_own_file(exercise, dialect, home.starter(exercise, dialect));
  make_folder(file.parent_path());
  write_file(file, text);
  return true;
}

fs::path Workspace::reset(const Home& home, const Exercise& exercise, DialectId dialect) const {
  return replace(exercise, dialect, read_own_file(exercise, dialect, home.starter(exercise, dialect)));
}

fs::path Workspace::replace(const Exercise& exercise, DialectId dialect, const std::string& text) const {
  const fs::path file = file_of(exercise, dialect);
  fs::path kept;
  std::error_code error;
  if (fs::exists(file, error)) {
    if (text_of(file) == text) return kept;
    for (int n = 1; kept.empty() || fs::exists(kept, error); ++n) kept = fmt::format("{}.~{}~", file.string(), n);
    fs::rename(file, kept, error);
    if (error) cannot_write(kept, error.message());
  }
  make_folder(file.parent_path());
  write_file(file, text);
  return kept;
}

void Workspace::prepare(const Home& home, const Curriculum& curriculum) const {
  make_folder(include_dir());
  std::error_code error;
  for (const fs::directory_entry& header : fs::directory_iterator(home.tl, error)) {
    if (header.path().extension() == ".cuh") {
      write_if_changed(include_dir() / header.path().filename(), text_of(header.path()));
    }
  }
  write_if_changed(include_dir() / "tritutor_problem.cuh", editor_problem(curriculum));
  write_if_changed(include_dir() / "tritutor_editor.cuh",
                   text_of(home.root / "app" / "editor" / "tritutor_editor.cuh"));
  write_if_absent(root_ / ".clangd", clangd_config(fs::absolute(include_dir())));
  write_if_absent(root_ / ".gitignore", "/.tritutor/\n/.cache/\n__pycache__/\n*.~*~\n");
}

void Workspace::prepare_python(const fs::path& packages) const {
  // For Pyright, and Pylance in VS Code.
  const nlohmann::json config = {{"extraPaths", {packages.string()}}};
  write_if_absent(root_ / "pyrightconfig.json", config.dump(2) + "\n");
}

std::optional<Workspace> find_workspace(const fs::path& from) {
  std::error_code error;
  fs::path folder = fs::absolute(from, error).lexically_normal();
  while (!folder.empty()) {
    if (fs::is_directory(folder / ".tritutor", error)) return Workspace(folder);
    if (fs::is_directory(folder / kWorkspaceName / ".tritutor", error)) return Workspace(folder / kWorkspaceName);
    if (folder == folder.root_path()) break;
    folder = folder.parent_path();
  }
  return std::nullopt;
}

fs::path place_for_workspace(const fs::path& folder) {
  std::error_code error;
  const bool empty = fs::is_empty(folder, error);
  return empty && !error ? folder : folder / kWorkspaceName;
}

std::string editor_problem(const Curriculum& curriculum) {
  std::string text =
      "#pragma once\n"
      "// For editors only: the sizes and scalars of every exercise together. The tutor compiles a file with a struct\n"
      "// that holds those of its own exercise.\n"
      "struct Problem {\n";
  std::set<std::string> seen;
  for (const Exercise& exercise : curriculum.exercises) {
    for (const Argument& argument : exercise.arguments) {
      if (argument.role != Role::size && argument.role != Role::scalar) continue;
      if (!seen.insert(argument.name).second) continue;
      text += fmt::format("  {} {};\n", reference::c_name_of(argument.type), argument.name);
    }
  }
  return text + "};\n";
}

std::string clangd_config(const fs::path& include_dir) {
  // No CUDA Toolkit is assumed, and clang refuses toolkits newer than itself: tritutor_editor.cuh declares what a
  // kernel of the exercises uses.
  return fmt::format(
      "# Made by tritutor for editors with clangd. Yours to change: it is never overwritten.\n"
      "CompileFlags:\n"
      "  Compiler: clang++\n"
      "  Add:\n"
      "    - -xcuda\n"
      "    - -std=c++17\n"
      "    - --cuda-gpu-arch=sm_80\n"
      "    - --cuda-device-only\n"
      "    - -nocudainc\n"
      "    - -nocudalib\n"
      "    - '-I{0}'\n"
      "    - -include\n"
      "    - '{0}/tritutor_editor.cuh'\n"
      "If:\n"
      "  PathMatch: .*\\.cuh?\n",
      include_dir.string());
}

}  // namespace tritutor
