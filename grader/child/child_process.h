#pragma once
// A program that the grader starts and talks to, so that what goes wrong there does not take the grader along: the
// CUDA compiler (tritutor-nvrtc) and the GPU (tritutor-gpu).

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>

#include "grader/child/message.h"

namespace tritutor {

/// A process cannot be started. what() says why, and the next step.
class ChildError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs until its end is asked for; the destructor kills it.
class ChildProcess {
 public:
  /// A name without a slash is looked for on PATH. In a process group of its own, so that a terminal's Ctrl-C does not
  /// reach it, and without a terminal to write to. `shared` is a descriptor that it finds as child_shared, -1: none.
  /// Throws ChildError.
  ChildProcess(const std::filesystem::path& program, const std::string& argument, int shared = -1);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

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

 private:
  pid_t pid_ = 0;
  int socket_ = -1;
};

/// The descriptors on which a child talks, and finds what is shared with it.
inline constexpr int child_socket = 3, child_shared = 4;

/// In a child: ends it when the other side of the socket is gone, however busy it is.
void end_with_starter();

/// A program of this installation's libexec, or where the build put it (`built`).
std::filesystem::path child_program(const std::string& name, const std::filesystem::path& built);

}  // namespace tritutor
