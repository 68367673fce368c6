#include "grader/dialect/cuda/nvrtc_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <tuple>

extern char** environ;

namespace tritutor {

namespace {

/// Starts the program with one end of a socket as its descriptor nvrtc_socket; returns the process and the other end.
std::pair<pid_t, int> spawn(const std::string& program, const std::string& argument) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw NvrtcError(
        fmt::format("the CUDA compiler cannot be started: {}; close other programs", std::strerror(errno)));
  }
  // Out of the way of what the child's descriptors are going to be.
  const int other = fcntl(ends[1], F_DUPFD_CLOEXEC, nvrtc_socket + 1);
  close(ends[1]);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (int standard = 0; standard < 3; ++standard) {
    posix_spawn_file_actions_addopen(&files, standard, "/dev/null", O_RDWR, 0);
  }
  posix_spawn_file_actions_adddup2(&files, other, nvrtc_socket);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const char* arguments[] = {program.c_str(), argument.c_str(), nullptr};
  pid_t pid = 0;
  const int failed =
      posix_spawn(&pid, program.c_str(), &files, &attributes, const_cast<char* const*>(arguments), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  close(other);
  if (failed != 0) {
    close(ends[0]);
    throw NvrtcError(
        fmt::format("the CUDA compiler's process {} cannot be started: {}; this installation is not "
                    "whole, build or get it again",
                    program, std::strerror(failed)));
  }
  return {pid, ends[0]};
}

}  // namespace

NvrtcProcess::NvrtcProcess(const std::filesystem::path& program, const CompileLimits& limits) {
  std::tie(pid_, socket_) = spawn(program.string(), std::to_string(limits.memory_bytes));
}

void NvrtcProcess::start_detached(const std::filesystem::path& program, const std::string& argument,
                                  const Message& message) {
  const auto [pid, socket] = spawn(program.string(), argument);
  send_message(socket, message);
  close(socket);
}

NvrtcProcess::~NvrtcProcess() {
  kill();
  wait();
  if (socket_ >= 0) close(socket_);
}

void NvrtcProcess::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

NvrtcProcess::End NvrtcProcess::wait() {
  End end;
  rusage used{};
  while (pid_ > 0) {
    const pid_t got = wait4(pid_, &end.status, 0, &used);
    if (got < 0 && errno == EINTR) continue;
    pid_ = 0;
  }
  end.peak_bytes = static_cast<uint64_t>(used.ru_maxrss) << 10;
  return end;
}

}  // namespace tritutor
