#include "app/screen/raw_terminal.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "app/error.h"

namespace tritutor::screen {

namespace {

constexpr std::string_view enter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J";
constexpr std::string_view leave = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

// What a handler needs; it may look at any moment.
termios found{};
volatile sig_atomic_t taken = 0;

constexpr std::array crashes = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
std::array<struct sigaction, crashes.size()> before_crash{};

void on_crash(int signal) {
  give_back_from_handler();
  for (size_t i = 0; i < crashes.size(); ++i) {
    if (crashes[i] == signal) sigaction(signal, &before_crash[i], nullptr);
  }
  raise(signal);  // again, now for whoever had it before: a sanitizer, or the system
}

void listen_to_crashes() {
  struct sigaction action {};
  action.sa_handler = on_crash;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_NODEFER;
  for (size_t i = 0; i < crashes.size(); ++i) sigaction(crashes[i], &action, &before_crash[i]);
}

void listen_no_more() {
  for (size_t i = 0; i < crashes.size(); ++i) sigaction(crashes[i], &before_crash[i], nullptr);
}

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{STDOUT_FILENO, POLLOUT, 0};
      if (poll(&ready, 1, 1000) <= 0) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

void give_back_from_handler() {
  if (taken == 0) return;
  taken = 0;
  write_all(leave);
  tcsetattr(STDIN_FILENO, TCSANOW, &found);
}

RawTerminal::RawTerminal() {
  if (tcgetattr(STDIN_FILENO, &found) != 0) {
    throw CommandError(status_environment,
                       fmt::format("the terminal cannot be read key by key: {}. Without a screen: tritutor watch < "
                                   "/dev/null",
                                   std::strerror(errno)));
  }
  listen_to_crashes();
  take();
}

RawTerminal::~RawTerminal() {
  give_back();
  listen_no_more();
}

void RawTerminal::give_back() { give_back_from_handler(); }

void RawTerminal::take() {
  if (taken != 0) return;
  termios raw = found;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL);  // Ctrl-S is no trap; Enter is what it is
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  taken = 1;
  tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  write(enter);
}

Size RawTerminal::size() const {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

bool RawTerminal::write(std::string_view bytes) const { return write_all(bytes); }

}  // namespace tritutor::screen
