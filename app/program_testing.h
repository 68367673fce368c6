#pragma once
// The built program as a shell sees it, for tests: exit statuses, and which stream says what.

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "grader/temporary_folder.h"

namespace program_testing {

namespace fs = std::filesystem;

/// An empty folder that goes with the test.
struct Folder {
  tritutor::TemporaryFolder made;
  const fs::path& path = made.path();

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
  }
};

inline std::string read(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Result {
  int status = -1;  ///< exit status; 128 + signal where one ended it
  std::string out, err;
};

/// A started program; its output goes to files beside its folder, so that nothing can block.
class Program {
 public:
  /// `in_child` is called in the child before the program takes its place.
  Program(const fs::path& folder, const std::vector<std::string>& arguments,
          const std::function<void()>& in_child = {}) {
    out_ = logs_.path / "out";
    err_ = logs_.path / "err";
    std::fflush(nullptr);  // or the child would write our own buffers once more
    pid_ = fork();
    if (pid_ != 0) return;
    if (chdir(folder.c_str()) != 0) _exit(99);
    if (std::freopen(out_.c_str(), "w", stdout) == nullptr || std::freopen(err_.c_str(), "w", stderr) == nullptr)
      _exit(99);
    if (in_child) in_child();
    unsetenv("TRITUTOR_CURRICULUM");
    std::vector<char*> argv = {const_cast<char*>("tritutor")};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execv(TRITUTOR_PROGRAM, argv.data());
    _exit(99);
  }

  /// Sends Ctrl-C's signal once the program listens to it.
  void interrupt() const {
    while (!listens()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // into the kernel, most times
    kill(pid_, SIGINT);
  }

  Result wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(out_), read(err_)};
  }

 private:
  /// Whether SIGINT has a handler, by the kernel's own account; true also when the program has ended.
  bool listens() const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    std::string line;
    while (std::getline(status, line)) {
      if (line.starts_with("SigCgt:")) return (std::stoull(line.substr(7), nullptr, 16) >> (SIGINT - 1) & 1) != 0;
      if (line.starts_with("State:\tZ")) return true;
    }
    return true;
  }

  Folder logs_;
  fs::path out_, err_;
  pid_t pid_ = -1;
};

inline Result run(const fs::path& folder, const std::vector<std::string>& arguments,
                  const std::function<void()>& in_child = {}) {
  return Program(folder, arguments, in_child).wait();
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace program_testing
