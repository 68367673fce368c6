#pragma once
// One of the program's own commands, run on a terminal of its own, so that a screen shows what it says.

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "app/screen/layout.h"
#include "app/screen/transcript.h"

namespace tritutor::screen {

class CommandRun {
 public:
  using Clock = std::chrono::steady_clock;

  /// Starts this program with other arguments on a terminal of that size. Throws CommandError where it cannot.
  CommandRun(const std::vector<std::string>& arguments, const Size& size);
  /// Kills it where it still runs.
  ~CommandRun();
  CommandRun(const CommandRun&) = delete;
  CommandRun& operator=(const CommandRun&) = delete;

  int fd() const { return terminal_; }  ///< to poll for reading
  /// Takes what it says. False: it has ended.
  bool read();
  const Transcript& said() const { return said_; }
  /// The exit status, 128 + a signal's number; nullopt while it runs.
  std::optional<int> status() const { return status_; }

  /// Asks for its end as Ctrl-C does. `insist` then says it again, and kills it in the end.
  void stop(Clock::time_point now);
  void insist(Clock::time_point now);
  bool stopping() const { return stopping_.has_value(); }

 private:
  void signal_it(int signal) const;
  void wait();

  pid_t pid_ = -1;
  int terminal_ = -1;
  Transcript said_;
  std::optional<int> status_;
  std::optional<Clock::time_point> stopping_;  ///< since then
  int asked_ = 0;                              ///< how many times
};

}  // namespace tritutor::screen
