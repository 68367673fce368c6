// tritutor watch without a screen: each run is one line, without escape codes.

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <memory>

#include "app/debounce.h"
#include "app/dialect_option.h"
#include "app/followed_file.h"
#include "app/output.h"
#include "app/screen/command_run.h"
#include "app/watch.h"
#include "app/watch_line.h"

namespace tritutor {

namespace {

using screen::CommandRun;
using Clock = CommandRun::Clock;

/// What its commands reckon with: a headline and a place are one line each.
constexpr screen::Size unbroken{400, 100};

void say(const std::string& line) {
  print("{}  {}\n", time_of_day(), line);
  std::fflush(stdout);
}

/// Runs a command to its end. Throws CommandError with what it said where it fails.
void run_quietly(const Session& session, const std::vector<std::string>& command) {
  CommandRun run(call(session, command, false), unbroken);
  pollfd waits{run.fd(), POLLIN, 0};
  while (run.read()) poll(&waits, 1, -1);
  const int status = run.status().value_or(status_environment);
  if (status == status_ok) return;
  std::string said = headline_of(run.said().text());
  constexpr std::string_view name = "tritutor: ";
  if (said.starts_with(name)) said.erase(0, name.size());
  throw CommandError(status == status_usage ? status_usage : status_environment, said);
}

Watched begin(Session& session, const WatchArguments& arguments) {
  const WatchStart start = watch_start(session, arguments);
  if (start.file) return *start.file;
  session.workspace_or_new();
  const Exercise* exercise = start.exercise;
  if (exercise == nullptr) exercise = next_exercise(session.curriculum(), progress_of(session.workspace()));
  if (exercise == nullptr)
    throw CommandError(status_usage, "every exercise is passed; name the one: tritutor watch ID");
  const DialectId dialect = dialect_for(arguments.dialect, session.workspace());
  run_quietly(session, command_on("start", *exercise, dialect));
  return watched_of(session, *exercise, dialect);
}

void say_verdict(const CommandRun& run, const Watched& watched) {
  const std::string said = run.said().text();
  const std::string place = place_of(said, shown(watched.file));
  say(headline_of(said) + (place.empty() ? "" : "; " + place));
}

class Lines {
 public:
  Lines(const Session& session, const WatchArguments& arguments, const Watched& watched)
      : session_(session), arguments_(arguments), watched_(watched), file_(watched.file) {}

  [[noreturn]] void follow() {
    for (;;) {
      wait();
      const Clock::time_point now = Clock::now();
      if (file_.changed()) debounce_.changed(now);
      if (run_ && debounce_.pending()) run_->stop(now);
      if (run_) run_->insist(now);
      if (run_ && !run_->read()) {
        if (!run_->stopping()) say_verdict(*run_, watched_);
        run_.reset();
      }
      if (!run_ && debounce_.take(now)) {
        run_ = std::make_unique<CommandRun>(call(session_, command_on_file("submit", watched_, arguments_), false),
                                            unbroken);
      }
    }
  }

 private:
  void wait() {
    auto until = Clock::now() + FollowedFile::look_each;
    if (!run_) until = std::min(until, debounce_.due());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    pollfd waits[] = {{file_.fd(), POLLIN, 0}, {run_ ? run_->fd() : -1, POLLIN, 0}};
    poll(waits, 2, static_cast<int>(std::max<int64_t>(left.count(), 0)));
  }

  const Session& session_;
  const WatchArguments& arguments_;
  const Watched& watched_;
  FollowedFile file_;
  Debounce debounce_{quiet_after_save};
  std::unique_ptr<CommandRun> run_;
};

}  // namespace

void watch_in_lines(Session& session, const WatchArguments& arguments) {
  const Watched watched = begin(session, arguments);
  Lines lines(session, arguments, watched);  // first: who reads that it is watched may save at once
  say(
      fmt::format("watching {}, {} {}: each save is judged. (What it is to do: tritutor show {}; all of a verdict: "
                  "tritutor submit; Ctrl-C ends this)",
                  shown(watched.file), watched.exercise->id, watched.exercise->title, watched.exercise->id));
  lines.follow();
}

}  // namespace tritutor
