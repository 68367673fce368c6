#include "app/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "app/printable.h"
#include "app/terminal.h"

namespace tritutor {

namespace {

constexpr std::chrono::milliseconds first_after{1000}, then_every{200};
constexpr const char* erase_line = "\r\x1b[K";

}  // namespace

ProgressLine::ProgressLine(const Progress& progress, bool on) : progress_(progress) {
  if (!on) return;
  thread_ = std::jthread([this](const std::stop_token& stop) {
    std::chrono::milliseconds wait = first_after;
    bool shown = false;
    for (;;) {
      std::unique_lock lock(mutex_);
      if (ended_.wait_for(lock, stop, wait, [&] { return stop.stop_requested(); })) break;
      if (stop.stop_requested()) break;
      show();
      shown = true;
      wait = then_every;
    }
    if (shown) fmt::print(stderr, "{}", erase_line);
    std::fflush(stderr);
  });
}

ProgressLine::~ProgressLine() = default;

void ProgressLine::show() {
  const std::string what = progress_.now();
  if (what.empty()) return;
  const int width = terminal_width(STDERR_FILENO);
  fmt::print(stderr, "{}{}", erase_line,
             fit(printable_line(what) + " ... (Ctrl-C stops it)", static_cast<size_t>(width) - 1));
  std::fflush(stderr);
}

}  // namespace tritutor
