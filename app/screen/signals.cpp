#include "app/screen/signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "app/screen/raw_terminal.h"

namespace tritutor::screen {

namespace {

constexpr std::array listened = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT};
std::array<struct sigaction, listened.size()> before{};
int pipe_ends[2] = {-1, -1};
volatile sig_atomic_t end_asked = 0;

void on_signal(int signal) {
  const int kept = errno;
  if (Signals::asks_for_end(signal)) {
    if (end_asked != 0) {
      give_back_from_handler();
      _exit(128 + signal);
    }
    end_asked = 1;
  }
  const char byte = static_cast<char>(signal);
  if (write(pipe_ends[1], &byte, 1) != 1) errno = kept;  // the pipe is full of signals already
  errno = kept;
}

}  // namespace

Signals::Signals() {
  if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("no pipe can be opened");
  end_asked = 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (size_t i = 0; i < listened.size(); ++i) sigaction(listened[i], &action, &before[i]);
}

Signals::~Signals() {
  for (size_t i = 0; i < listened.size(); ++i) sigaction(listened[i], &before[i], nullptr);
  for (int& end : pipe_ends) close(std::exchange(end, -1));
}

int Signals::fd() const { return pipe_ends[0]; }

std::vector<int> Signals::take() {
  std::vector<int> signals;
  char byte = 0;
  while (read(pipe_ends[0], &byte, 1) == 1) signals.push_back(byte);
  end_asked = 0;
  return signals;
}

}  // namespace tritutor::screen
