#pragma once
// Signals as something that a loop waits for beside keys and files.

#include <csignal>
#include <vector>

namespace tritutor::screen {

/// From its making to its end takes SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP and SIGCONT; one at a time.
/// A second signal that asks for the end, before the first was looked at, gives the terminal back and ends the process.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int fd() const;           ///< to poll for reading
  std::vector<int> take();  ///< those that came since

  static bool asks_for_end(int signal) {
    return signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
  }
};

}  // namespace tritutor::screen
