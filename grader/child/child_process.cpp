#include "grader/child/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>
#include <tuple>

extern char** environ;

namespace tritutor {

namespace fs = std::filesystem;

namespace {

/// Starts the program with one end of a socket as its descriptor child_socket; returns the process and the other end.
std::pair<pid_t, int> spawn(const std::string& program, const std::string& argument, int shared) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw ChildError(fmt::format("{} cannot be started: {}; close other programs", program, std::strerror(errno)));
  }
  // Out of the way of what the child's descriptors are going to be.
  const int other = fcntl(ends[1], F_DUPFD_CLOEXEC, child_shared + 1);
  close(ends[1]);
  const int second = shared < 0 ? -1 : fcntl(shared, F_DUPFD_CLOEXEC, child_shared + 1);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (int standard = 0; standard < 3; ++standard) {
    posix_spawn_file_actions_addopen(&files, standard, "/dev/null", O_RDWR, 0);
  }
  posix_spawn_file_actions_adddup2(&files, other, child_socket);
  if (second >= 0) posix_spawn_file_actions_adddup2(&files, second, child_shared);
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
      posix_spawnp(&pid, program.c_str(), &files, &attributes, const_cast<char* const*>(arguments), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  close(other);
  if (second >= 0) close(second);
  if (failed != 0) {
    close(ends[0]);
    throw ChildError(fmt::format("{} cannot be started: {}; this installation is not whole, build or get it again",
                                 program, std::strerror(failed)));
  }
  return {pid, ends[0]};
}

}  // namespace

ChildProcess::ChildProcess(const fs::path& program, const std::string& argument, int shared) {
  std::tie(pid_, socket_) = spawn(program.string(), argument, shared);
}

void ChildProcess::start_detached(const fs::path& program, const std::string& argument, const Message& message) {
  const auto [pid, socket] = spawn(program.string(), argument, -1);
  send_message(socket, message);
  close(socket);
}

ChildProcess::~ChildProcess() {
  kill();
  wait();
  if (socket_ >= 0) close(socket_);
}

void ChildProcess::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

ChildProcess::End ChildProcess::wait() {
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

void end_with_starter() {
  std::thread([] {
    pollfd gone{child_socket, POLLRDHUP, 0};
    while (poll(&gone, 1, -1) <= 0) {
    }
    _exit(0);
  }).detach();
}

fs::path child_program(const std::string& name, const fs::path& built) {
  std::error_code error;
  const fs::path bin = fs::read_symlink("/proc/self/exe", error).parent_path();
  const fs::path installed = bin.parent_path() / "libexec" / "tritutor" / name;
  return fs::exists(installed, error) ? installed : built;
}

}  // namespace tritutor
