#include "app/screen/command_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "app/error.h"

namespace tritutor::screen {

namespace {

using namespace std::chrono_literals;

/// A run that was asked to stop ends within milliseconds, unless it hangs.
constexpr std::chrono::milliseconds before_asking_again = 3s, before_killing = 5s;

/// While a process is forked, or the child would handle a signal as this program does: with its terminal and its pipe.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before_);
  }
  ~NoSignals() { allow(); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;
  void allow() const { sigprocmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

[[noreturn]] void become(const std::vector<char*>& argv, pid_t starter, const NoSignals& signals) {
  // Ends with who shows it, also where that one is killed.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != starter) _exit(128 + SIGTERM);
  for (const int signal :
       {SIGINT, SIGQUIT, SIGTSTP, SIGHUP, SIGTERM, SIGWINCH, SIGCONT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
    ::signal(signal, SIG_DFL);
  signals.allow();
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  if (nothing > STDERR_FILENO) close(nothing);
  execv("/proc/self/exe", argv.data());  // also where the file was replaced since
  _exit(127);
}

}  // namespace

CommandRun::CommandRun(const std::vector<std::string>& arguments, const Size& size) {
  std::vector<char*> argv = {const_cast<char*>("tritutor")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  winsize shape{};
  shape.ws_col = static_cast<unsigned short>(size.columns);
  shape.ws_row = static_cast<unsigned short>(size.rows);
  termios plain{};
  cfmakeraw(&plain);  // its line feeds come as they are
  plain.c_cflag |= CS8 | CREAD;
  std::fflush(nullptr);  // or the child would write our own buffers once more
  const pid_t starter = getpid();
  const NoSignals signals;
  pid_ = forkpty(&terminal_, nullptr, &plain, &shape);
  if (pid_ < 0) {
    throw CommandError(status_environment,
                       fmt::format("no terminal can be opened for a command: {}. By hand, after each save: tritutor "
                                   "submit",
                                   std::strerror(errno)));
  }
  if (pid_ == 0) become(argv, starter, signals);
  fcntl(terminal_, F_SETFD, FD_CLOEXEC);
  fcntl(terminal_, F_SETFL, fcntl(terminal_, F_GETFL) | O_NONBLOCK);
}

CommandRun::~CommandRun() {
  if (!status_) {
    signal_it(SIGKILL);
    wait();
  }
  if (terminal_ >= 0) close(terminal_);
}

bool CommandRun::read() {
  char bytes[16384];
  for (;;) {
    const ssize_t got = ::read(terminal_, bytes, sizeof bytes);
    if (got > 0) {
      said_.feed(std::string_view(bytes, static_cast<size_t>(got)));
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else if (got < 0 && errno == EAGAIN) {
      return true;
    } else {
      wait();  // EIO: nobody has the other side any more
      return false;
    }
  }
}

void CommandRun::stop(Clock::time_point now) {
  if (stopping_ || status_) return;
  stopping_ = now;
  asked_ = 1;
  signal_it(SIGINT);
}

void CommandRun::insist(Clock::time_point now) {
  if (!stopping_ || status_) return;
  if (asked_ == 1 && now - *stopping_ >= before_asking_again) {
    asked_ = 2;
    signal_it(SIGINT);
  } else if (asked_ == 2 && now - *stopping_ >= before_killing) {
    asked_ = 3;
    signal_it(SIGKILL);
  }
}

/// It leads a group of its own, with what it started.
void CommandRun::signal_it(int signal) const {
  if (kill(-pid_, signal) != 0) kill(pid_, signal);
}

void CommandRun::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) return;
  }
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tritutor::screen
