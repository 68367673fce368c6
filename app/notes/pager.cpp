#include "app/notes/pager.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "app/output.h"
#include "app/printable.h"
#include "app/terminal.h"

namespace tritutor {

namespace {

/// For as long as a pager runs: Ctrl-C is its own, and it may end before it has read everything.
class IgnoredSignals {
 public:
  IgnoredSignals() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGINT, &ignore, &interrupt_);
    sigaction(SIGPIPE, &ignore, &pipe_);
  }
  ~IgnoredSignals() {
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGPIPE, &pipe_, nullptr);
  }
  IgnoredSignals(const IgnoredSignals&) = delete;
  IgnoredSignals& operator=(const IgnoredSignals&) = delete;

 private:
  struct sigaction interrupt_ {
  }, pipe_{};
};

/// -F: what fits is only written; -R: colours are; -X: what was read stays on the screen.
std::string pager_command() {
  const char* told = std::getenv("PAGER");
  return told != nullptr ? told : "less -FRX";
}

/// False where the pager could not be started: the shell says so by 127.
bool written_through(const std::string& command, const std::string& text) {
  std::fflush(nullptr);
  setenv("LESS", "FRX", 0);  // a bare "less" in PAGER would print colours as letters
  FILE* pager = popen((command + " 2>/dev/null").c_str(), "w");
  if (pager == nullptr) return false;
  const IgnoredSignals ignored;
  std::fwrite(text.data(), 1, text.size(), pager);  // less may be wanted of it
  const int status = pclose(pager);
  return !(WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127));
}

}  // namespace

void page(std::string_view text, int rows, int width) {
  const std::string command = pager_command();
  const bool wanted = rows > 0 && rows_of(text, width) >= rows && !command.empty() && command != "cat";
  if (!wanted || !written_through(command, printable_styled(text))) write_output(text);
}

}  // namespace tritutor
