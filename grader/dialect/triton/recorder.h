#pragma once
// The Python in which learners' Triton files run: python/recorder, a process of its own that imports Triton once.

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace tritutor {

/// There is no Python with Triton, or it does not do. what() says why, and the next step.
class RecorderError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class RecorderProcess;

class Recorder {
 public:
  /// Starts a process of a Python. `folder` is python/recorder. Throws RecorderError.
  Recorder(std::filesystem::path python, std::filesystem::path folder);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// The one of this machine, started at the first call. Throws RecorderError (again at each call).
  static const Recorder& instance();

  std::filesystem::path python() const { return python_; }
  const std::string& triton_version() const { return version_; }  ///< "3.9.0"

  struct Answer {
    std::string text;      ///< JSON, as python/recorder/submission.py says; empty: there is none
    bool stopped = false;  ///< as `stop` asked
    std::string fault;     ///< where the process did not answer: why, and the next step
  };
  /// Asks a request. May be called by several threads at once; each has a process of its own. Throws RecorderError
  /// where no process can be started.
  Answer ask(const std::string& request, const std::atomic<bool>* stop) const;

 private:
  std::unique_ptr<RecorderProcess> start(const std::atomic<bool>* stop, std::string& version) const;

  std::filesystem::path python_, folder_;
  std::string version_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<RecorderProcess>> idle_;
};

}  // namespace tritutor
