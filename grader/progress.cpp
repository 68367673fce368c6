#include "grader/progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace tritutor {

Progress::Task::Task(Progress* progress, std::string what) : progress_(progress), what_(std::move(what)) {
  if (progress_ == nullptr) return;
  const std::lock_guard lock(progress_->mutex_);
  progress_->tasks_.push_back(this);
}

Progress::Task::~Task() {
  if (progress_ == nullptr) return;
  const std::lock_guard lock(progress_->mutex_);
  progress_->tasks_.remove(this);
}

std::string Progress::now() const {
  const std::lock_guard lock(mutex_);
  if (tasks_.empty()) return "";
  const Task& task = *tasks_.front();
  const uint64_t all = task.all_, done = std::min(task.done_.load(), all);
  if (all == 0) return task.what_;
  return fmt::format("{}, {} % of its {} block{}", task.what_, done * 100 / all, all, all == 1 ? "" : "s");
}

}  // namespace tritutor
