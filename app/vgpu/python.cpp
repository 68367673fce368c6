// vgpu python: a Triton program, by a Python that has Triton, on the virtual GPU (python/vgpu).

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "app/error.h"
#include "app/vgpu/run.h"
#include "grader/dialect/triton/python_search.h"

namespace vgpu_program {

namespace {

namespace fs = std::filesystem;

std::string existing(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    throw tritutor::CommandError(
        tritutor::status_environment,
        fmt::format("there is no {}: this installation is not whole, build the target vgpu_c or get it again",
                    path.string()));
  }
  return path.string();
}

tritutor::PythonWithTriton python_with_triton() {
  const auto found = tritutor::find_python_with_triton();
  if (const auto* none = std::get_if<tritutor::NoPythonWithTriton>(&found)) {
    throw tritutor::CommandError(tritutor::status_environment, none->what);
  }
  return std::get<tritutor::PythonWithTriton>(found);
}

/// Puts Python in this process's place, so that signals and the exit status are the program's own.
[[noreturn]] void become_python(const std::vector<std::string>& given) {
  const tritutor::VgpuPackage package = tritutor::vgpu_package();
  std::string path = existing(package.folder);
  if (const char* before = std::getenv("PYTHONPATH"); before && *before) path += fmt::format(":{}", before);
  if (!std::getenv("VGPU_LIBRARY")) setenv("VGPU_LIBRARY", existing(package.library).c_str(), 1);
  const std::string python = python_with_triton().path.string();
  setenv("PYTHONPATH", path.c_str(), 1);
  std::vector<const char*> arguments{python.c_str(), "-m", "vgpu"};
  for (const std::string& each : given) arguments.push_back(each.c_str());
  arguments.push_back(nullptr);
  execvp(python.c_str(), const_cast<char* const*>(arguments.data()));
  throw tritutor::CommandError(
      tritutor::status_environment,
      fmt::format("{} cannot be started: {}; set TRITUTOR_PYTHON to another Python", python, std::strerror(errno)));
}

}  // namespace

void add_python(CLI::App& app) {
  CLI::App* command = app.add_subcommand("python", "Run a Triton program, as it is, without a GPU");
  // What follows is for Python's own parser (python/vgpu/program.py), the program's arguments included.
  command->prefix_command();
  command->footer(
      "vgpu python [OPTIONS] FILE.py [ARGUMENTS]. OPTIONS, before the file:\n"
      "  --device NAME   whose figures the device has, and whose time is predicted (default: A100)\n"
      "  --list-devices  name them, and end\n"
      "  --fpsan         run each launch also in other blocks, and compare the algebra without a tolerance\n"
      "  --raise         end at the first finding, with a traceback\n"
      "  --threads N     of this machine (default: all cores)\n"
      "  --steps N       instructions a warp may run before its loop is called endless\n"
      "\nPython is TRITUTOR_PYTHON, else the first of python3 and the build's triton/bin/python that has Triton 3.4 "
      "or\n"
      "later and numpy. Exit status: the program's own; 1 where a kernel did something wrong.\n"
      "\nExample:\n  vgpu python softmax.py");
  command->callback([command] {
    const std::vector<std::string> given = command->remaining();
    if (given.empty()) {
      throw tritutor::CommandError(tritutor::status_usage, "python needs a file: vgpu python FILE.py [ARGUMENTS]");
    }
    become_python(given);
  });
}

}  // namespace vgpu_program
