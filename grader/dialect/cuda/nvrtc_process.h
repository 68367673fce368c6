#pragma once
// A process of the program tritutor-nvrtc, as the grader holds it.

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>

#include "grader/dialect/cuda/nvrtc_message.h"

namespace tritutor {

/// Runs until its end is asked for; the destructor kills it.
class NvrtcProcess {
 public:
  /// In a process group of its own, so that a terminal's Ctrl-C does not reach it, and without a terminal to write to.
  /// Throws NvrtcError.
  NvrtcProcess(const std::filesystem::path& program, const CompileLimits& limits);
  ~NvrtcProcess();
  NvrtcProcess(const NvrtcProcess&) = delete;
  NvrtcProcess& operator=(const NvrtcProcess&) = delete;

  /// Starts one that nobody waits for, with a message for it. It may outlive this process; a failure is no matter.
  static void start_detached(const std::filesystem::path& program, const std::string& argument, const Message& message);

  bool send(const Message& message) const { return send_message(socket_, message); }
  std::optional<Message> receive(const std::function<bool()>& go_on) const { return receive_message(socket_, go_on); }

  void kill();
  struct End {
    int status = 0;           ///< of waitpid()
    uint64_t peak_bytes = 0;  ///< of memory that it had at once
  };
  End wait();

  int compiles = 0;  ///< asked of it so far

 private:
  pid_t pid_ = 0;
  int socket_ = -1;
};

/// The descriptor on which a compiler process talks.
inline constexpr int nvrtc_socket = 3;

}  // namespace tritutor
