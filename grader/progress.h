#pragma once
// What a submission is at, for who waits for it. Written by the threads that work, read by the one that shows it.

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>

namespace tritutor {

class Progress {
 public:
  /// One piece of work while it goes on.
  class Task {
   public:
    /// `progress` may be nullptr: nobody waits. `what`: "case large".
    Task(Progress* progress, std::string what);
    ~Task();
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    void expect(uint64_t blocks) { all_ = blocks; }   ///< that it will run
    std::atomic<uint64_t>* done() { return &done_; }  ///< counts them

   private:
    friend class Progress;
    Progress* progress_;
    std::string what_;
    std::atomic<uint64_t> done_{0}, all_{0};
  };

  /// What has gone on longest, "case large, 12 % of its 1024 blocks"; empty: nothing goes on.
  std::string now() const;

 private:
  mutable std::mutex mutex_;
  std::list<const Task*> tasks_;  // in the order they began
};

}  // namespace tritutor
