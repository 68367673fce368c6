#pragma once
// The built program on a terminal, as a person sees it, for tests: keys go in, a screen comes out.

#include <doctest/doctest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cstdlib>
#include <map>

#include "app/program_testing.h"

namespace program_testing {

/// As much of a terminal as the screen uses: moving to a row's start, clearing, text. Knows how wide rows become.
class SeenScreen {
 public:
  void feed(std::string_view bytes) {
    pending_ += bytes;
    size_t at = 0;
    while (at < pending_.size()) {
      const size_t used = step(std::string_view(pending_).substr(at));
      if (used == 0) break;
      at += used;
    }
    pending_.erase(0, at);
  }

  std::string text() const {
    std::string all;
    for (const auto& [number, row] : rows_) all += row + "\n";
    return all;
  }
  size_t widest() const { return widest_; }
  int lowest() const { return rows_.empty() ? 0 : rows_.rbegin()->first; }

 private:
  /// Bytes of what stands first; 0: more must come.
  size_t step(std::string_view text) {
    if (text[0] != '\x1b') {
      if (text[0] == '\n') {
        ++row_;
      } else if (text[0] != '\r') {
        std::string& row = rows_[row_];
        row += text[0];
        size_t columns = 0;
        for (const char c : row) columns += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
        widest_ = std::max(widest_, columns);
      }
      return 1;
    }
    if (text.size() < 2) return 0;
    if (text[1] == ']') {
      const size_t end = text.find("\x1b\\");
      return end == std::string_view::npos ? 0 : end + 2;
    }
    const size_t end = text.find_first_not_of("0123456789;?", 2);
    if (end == std::string_view::npos) return 0;
    if (text[end] == 'J') rows_.clear();
    if (text[end] == 'H') {
      row_ = std::atoi(std::string(text.substr(2)).c_str());
      rows_[row_].clear();
    }
    return end + 1;
  }

  std::string pending_;
  std::map<int, std::string> rows_;
  int row_ = 1;
  size_t widest_ = 0;
};

class OnTerminal {
 public:
  struct Options {
    int columns = 80, rows = 24;
    const char* term = "xterm-256color";
    std::map<std::string, std::string> environment;
  };

  OnTerminal(const fs::path& folder, const std::vector<std::string>& arguments) : OnTerminal(folder, arguments, {}) {}
  OnTerminal(const fs::path& folder, const std::vector<std::string>& arguments, const Options& options) {
    winsize size{};
    size.ws_col = static_cast<unsigned short>(options.columns);
    size.ws_row = static_cast<unsigned short>(options.rows);
    REQUIRE(openpty(&ours_, &theirs_, nullptr, nullptr, &size) == 0);
    REQUIRE(tcgetattr(ours_, &found_) == 0);
    std::fflush(nullptr);
    pid_ = fork();
    if (pid_ == 0) become(folder, arguments, options);
  }
  ~OnTerminal() {
    if (status_ < 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(ours_);
    close(theirs_);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;

  void type(std::string_view keys) { REQUIRE(write(ours_, keys.data(), keys.size()) == ssize_t(keys.size())); }
  void signal(int number) const { kill(pid_, number); }
  void resize(int columns, int rows) const {
    winsize size{};
    size.ws_col = static_cast<unsigned short>(columns);
    size.ws_row = static_cast<unsigned short>(rows);
    ioctl(ours_, TIOCSWINSZ, &size);
  }

  /// Waits until the screen shows a text, or does not any more; false after minutes, or when the program has ended.
  bool sees(const std::string& text) {
    return comes([&] { return contains(screen_.text(), text); });
  }
  bool sees_no_more(const std::string& text) {
    return comes([&] { return !contains(screen_.text(), text); });
  }

  const SeenScreen& screen() const { return screen_; }
  const std::string& bytes() const { return bytes_; }

  /// Types keys until a text is seen: a key is lost that comes while what a command said is being shown.
  bool brings(const std::string& keys, const std::string& text) {
    for (int attempt = 0; attempt < 8; ++attempt) {
      type(keys);
      if (comes([&] { return contains(screen_.text(), text); }, std::chrono::seconds(10))) return true;
    }
    return sees(text);
  }

  /// The exit status, 128 + a signal's number; -1: it does not end.
  int wait() {
    comes([] { return false; });
    return status_;
  }

  /// Whether the terminal is as the program found it, and its first screen is shown again, with a cursor.
  bool is_given_back() {
    termios now{};
    tcgetattr(ours_, &now);
    const bool modes = now.c_lflag == found_.c_lflag && now.c_iflag == found_.c_iflag && now.c_oflag == found_.c_oflag;
    const auto last = [&](const char* on, const char* off) { return bytes_.rfind(on) > bytes_.rfind(off); };
    return modes && last("\x1b[?1049l", "\x1b[?1049h") && last("\x1b[?25h", "\x1b[?25l") &&
           last("\x1b[?7h", "\x1b[?7l");
  }

  /// Waits until something is so; false after minutes, or when the program has ended.
  bool comes(const std::function<bool()>& condition, std::chrono::seconds longest = std::chrono::minutes(2)) {
    const auto limit = std::chrono::steady_clock::now() + longest;
    while (std::chrono::steady_clock::now() < limit) {
      take(10);
      if (condition()) return true;
      if (has_ended()) {
        take(0);
        return condition();
      }
    }
    MESSAGE("the screen in the end:\n" << screen_.text());
    return false;
  }

 private:
  [[noreturn]] void become(const fs::path& folder, const std::vector<std::string>& arguments, const Options& options) {
    setsid();
    ioctl(theirs_, TIOCSCTTY, 0);
    for (int stream = 0; stream < 3; ++stream) dup2(theirs_, stream);
    close(ours_);
    if (chdir(folder.c_str()) != 0) _exit(99);
    for (const char* name : {"VISUAL", "EDITOR", "TERM_PROGRAM", "TRITUTOR_CURRICULUM", "COLUMNS", "NO_COLOR"})
      unsetenv(name);
    setenv("TERM", options.term, 1);
    for (const auto& [name, value] : options.environment) setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> argv = {const_cast<char*>("tritutor")};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execv(TRITUTOR_PROGRAM, argv.data());
    _exit(99);
  }

  bool has_ended() {
    int status = 0;
    if (status_ < 0 && waitpid(pid_, &status, WNOHANG) == pid_)
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return status_ >= 0;
  }

  void take(int wait_ms) {
    pollfd ready{ours_, POLLIN, 0};
    char bytes[4096];
    while (poll(&ready, 1, wait_ms) > 0) {
      const ssize_t got = ::read(ours_, bytes, sizeof bytes);
      if (got <= 0) return;
      bytes_.append(bytes, static_cast<size_t>(got));
      screen_.feed(std::string_view(bytes, static_cast<size_t>(got)));
      wait_ms = 0;
    }
  }

  int ours_ = -1, theirs_ = -1, status_ = -1;
  pid_t pid_ = -1;
  termios found_{};
  std::string bytes_;
  SeenScreen screen_;
};

}  // namespace program_testing
