#include "grader/dialect/triton/python_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "grader/child/output_of.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds longest_start{20};
constexpr int least_major = 3, least_minor = 4;

/// Without importing Triton, which takes longer. A file triton.py in the folder that it runs in is not Triton.
const char* const question = R"(
import sys
sys.path[:] = [folder for folder in sys.path if folder]
import importlib.metadata, importlib.util, os
missing = [name for name in ("triton", "numpy") if importlib.util.find_spec(name) is None]
if missing:
    print("missing", *missing)
else:
    try:
        version = importlib.metadata.version("triton")
    except importlib.metadata.PackageNotFoundError:
        import triton
        version = triton.__version__
    print("triton", version, os.path.dirname(os.path.dirname(importlib.util.find_spec("triton").origin)))
)";

bool is_recent_enough(const std::string& version) {
  int major = 0, minor = 0;
  char point = 0;
  std::istringstream in(version);
  in >> major >> point >> minor;
  return major > least_major || (major == least_major && minor >= least_minor);
}

/// The version of its Triton, or why it is no Python to use.
std::variant<PythonWithTriton, NoPythonWithTriton> asked(const fs::path& python) {
  const Output output = output_of({python.string(), "-c", question}, longest_start);
  std::istringstream words(output.text);
  std::string kind, rest;
  words >> kind;
  std::getline(words >> std::ws, rest);
  const std::string name = python.string();
  switch (output.end) {
    case Output::End::not_started:
      return NoPythonWithTriton{fmt::format("there is no {}", name)};
    case Output::End::out_of_time:
      return NoPythonWithTriton{fmt::format("{} did not answer within {} s", name, longest_start.count())};
    case Output::End::failed:
      return NoPythonWithTriton{fmt::format("{} is no Python of version 3.9 or later", name)};
    case Output::End::exited:
      break;
  }
  if (kind == "missing") {
    return NoPythonWithTriton{fmt::format("{} has no {}", name, rest.starts_with("triton") ? "Triton" : rest)};
  }
  if (kind != "triton") return NoPythonWithTriton{fmt::format("{} does not answer as Python does", name)};
  const std::string version = rest.substr(0, rest.find(' '));
  if (!is_recent_enough(version)) {
    return NoPythonWithTriton{
        fmt::format("{} has Triton {}, older than {}.{}", name, version, least_major, least_minor)};
  }
  return PythonWithTriton{python, version, rest.substr(std::min(version.size() + 1, rest.size()))};
}

std::string next_step(const PythonSearch& search) {
  if (!search.python.empty()) {
    return fmt::format("Install Triton there (\"{}\" -m pip install triton numpy), or set TRITUTOR_PYTHON to another",
                       search.python);
  }
  return "To get one: ./tritutor next --dialect triton in the source folder; or python3 -m venv triton && "
         "triton/bin/pip install triton==3.9.0 numpy && export TRITUTOR_PYTHON=$PWD/triton/bin/python";
}

fs::path own_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

}  // namespace

PythonSearch PythonSearch::of_this_machine() {
  PythonSearch search;
  if (const char* python = std::getenv("TRITUTOR_PYTHON")) search.python = python;
  search.places.emplace_back("python3");
  // build/triton, seen from a program such as build/release/app/vgpu/vgpu.
  std::error_code error;
  fs::path folder = own_folder();
  for (int up = 0; up < 5 && folder.has_relative_path(); ++up, folder = folder.parent_path()) {
    const fs::path python = folder / "triton" / "bin" / "python";
    if (fs::exists(python, error)) search.places.push_back(python);
  }
  return search;
}

std::variant<PythonWithTriton, NoPythonWithTriton> find_python_with_triton(const PythonSearch& search) {
  std::vector<fs::path> places = search.places;
  if (!search.python.empty()) places = {search.python};
  std::string tried;
  for (const fs::path& place : places) {
    auto answer = asked(place);
    if (const auto* found = std::get_if<PythonWithTriton>(&answer)) return *found;
    tried += (tried.empty() ? "" : "; ") + std::get<NoPythonWithTriton>(answer).what;
  }
  return NoPythonWithTriton{fmt::format("no Python with Triton is here: {}. {}", tried, next_step(search))};
}

VgpuPackage vgpu_package() {
  const fs::path root = own_folder().parent_path();
  std::error_code error;
  VgpuPackage installed{root / "share" / "tritutor" / "python", root / TRITUTOR_LIBRARY_FOLDER / "libvgpu.so.1"};
  if (fs::exists(installed.folder / "vgpu", error)) return installed;
  return {TRITUTOR_SOURCE_DIR "/python", TRITUTOR_VGPU_LIBRARY};
}

}  // namespace tritutor
