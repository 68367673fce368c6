#pragma once
// How a command ends when it cannot do what was asked.

#include <stdexcept>
#include <string>

namespace tritutor {

/// Exit statuses of every command.
enum Status : int {
  status_ok = 0,  ///< passed, or done
  status_not_passed = 1,
  status_usage = 2,        ///< something asked for does not exist or makes no sense
  status_environment = 3,  ///< the machine lacks something: NVRTC, room on the disk, a right to write
  status_stopped = 130,    ///< Ctrl-C, as shells count it
};

/// Ends a command. what() is one sentence with the next step to take; it goes to standard error.
class CommandError : public std::runtime_error {
 public:
  CommandError(Status status, const std::string& message) : std::runtime_error(message), status_(status) {}
  Status status() const { return status_; }

 private:
  Status status_;
};

}  // namespace tritutor
