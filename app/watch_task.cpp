#include "app/watch_task.h"

#include "app/watch_line.h"

namespace tritutor {

bool WatchTask::go_on(Clock::time_point now) {
  if (run_) {
    run_->insist(now);
    if (run_->read()) return true;
    end_of_step();
  }
  if (stopped_ || at_ == steps_.size()) return false;
  run_ = starter_(steps_[at_].command);
  return true;
}

void WatchTask::end_of_step() {
  const std::string text = run_->said().text();
  status_ = run_->status().value_or(0);
  const Keep keep = steps_[at_++].keep;
  if (keep == Keep::all && !said_.empty()) said_ += "\n";
  if (keep == Keep::headline) said_ += headline_of(text) + "\n";
  if (keep == Keep::all || (keep == Keep::failure && status_ != 0)) said_ += text;
  // Done just as it was asked to stop, it is done.
  if (stopped_ && at_ == steps_.size() && status_ < 128) stopped_ = false;
  run_.reset();
}

void WatchTask::stop(Clock::time_point now) {
  stopped_ = true;
  if (run_) run_->stop(now);
}

}  // namespace tritutor
