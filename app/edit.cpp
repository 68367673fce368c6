#include "app/edit.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "app/error.h"

namespace tritutor {

namespace {

/// Ctrl-C in an editor is the editor's: for so long this program does not end of it.
class IgnoredInterrupt {
 public:
  IgnoredInterrupt() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGINT, &ignore, &interrupt_);
    sigaction(SIGQUIT, &ignore, &quit_);
  }
  ~IgnoredInterrupt() { restore(); }
  IgnoredInterrupt(const IgnoredInterrupt&) = delete;
  IgnoredInterrupt& operator=(const IgnoredInterrupt&) = delete;

  void restore() const {
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGQUIT, &quit_, nullptr);
  }

 private:
  struct sigaction interrupt_ {
  }, quit_{};
};

/// The exit status of `sh -c 'COMMAND "$@"' COMMAND FILE`, as git runs an editor; 128 + the signal that ended it.
int run_on(const std::string& command, const std::string& file) {
  const std::string script = command + " \"$@\"";
  std::fflush(nullptr);  // or the child would write our own buffers once more
  const IgnoredInterrupt ignored;
  const pid_t child = fork();
  if (child < 0) throw CommandError(status_environment, fmt::format("no editor can be run: {}", std::strerror(errno)));
  if (child == 0) {
    ignored.restore();
    execl("/bin/sh", "sh", "-c", script.c_str(), command.c_str(), file.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::string edit_command(const std::string& given, const Environment& environment) {
  if (!given.empty()) return given;
  for (const char* name : {"VISUAL", "EDITOR"}) {
    const char* told = environment(name);
    if (told != nullptr && *told != 0) return told;
  }
  const char* terminal = environment("TERM_PROGRAM");
  return terminal != nullptr && std::string_view(terminal) == "vscode" ? "code -r" : "";
}

void edit(const std::string& command, const std::filesystem::path& file) {
  const int status = run_on(command, std::filesystem::absolute(file).string());
  if (status == 0) return;
  if (status == 126 || status == 127) {
    throw CommandError(status_environment,
                       fmt::format("the editor '{}' cannot be run. Set EDITOR to one that is installed, or name it: "
                                   "--edit-cmd nano",
                                   command));
  }
  throw CommandError(status_environment, fmt::format("the editor '{}' ended with status {}. Another one: --edit-cmd "
                                                     "nano",
                                                     command, status));
}

}  // namespace tritutor
