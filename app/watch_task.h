#pragma once
// What the watch screen does at a time: commands one after the other, and what of each is shown.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/screen/command_run.h"

namespace tritutor {

class WatchTask {
 public:
  using Clock = screen::CommandRun::Clock;
  using Starter = std::function<std::unique_ptr<screen::CommandRun>(const std::vector<std::string>& command)>;

  enum class Keep {
    all,
    headline,  ///< of a verdict
    failure,   ///< all, where it fails
  };

  /// "judging" and "judged": what to call it while it goes on, and after (empty: when that was is no matter).
  WatchTask(std::string doing, std::string done, Starter starter)
      : doing_(std::move(doing)), done_(std::move(done)), starter_(std::move(starter)) {}

  void add(std::vector<std::string> command, Keep keep = Keep::all) { steps_.push_back({std::move(command), keep}); }
  bool empty() const { return steps_.empty(); }
  /// Called by finish() with the last command's exit status.
  void then(std::function<void(int status)> then) { then_ = std::move(then); }

  /// What it does to the file that is followed is no save.
  void writes_file() { writes_file_ = true; }
  bool does_write_file() const { return writes_file_; }

  const std::string& doing() const { return doing_; }
  const std::string& done_word() const { return done_; }

  /// -1: nothing runs yet.
  int fd() const { return run_ ? run_->fd() : -1; }
  /// Takes what was said, and starts the next command where one ended. False: all have. Throws CommandError.
  bool go_on(Clock::time_point now);
  void stop(Clock::time_point now);
  bool stopped() const { return stopped_; }
  void finish() const {
    if (then_) then_(status_);
  }

  /// What is to be shown so far.
  const std::string& said() const { return said_; }
  /// Whether it is a list that grows.
  bool shows_as_it_goes() const { return !steps_.empty() && steps_[0].keep == Keep::headline; }
  /// What the command under way is at; empty: it does not say.
  std::string progress() const { return run_ ? run_->said().progress() : ""; }

 private:
  struct Step {
    std::vector<std::string> command;
    Keep keep;
  };
  void end_of_step();

  std::string doing_, done_;
  Starter starter_;
  std::vector<Step> steps_;
  std::function<void(int)> then_;
  size_t at_ = 0;
  std::unique_ptr<screen::CommandRun> run_;
  std::string said_;
  int status_ = 0;
  bool stopped_ = false, writes_file_ = false;
};

}  // namespace tritutor
