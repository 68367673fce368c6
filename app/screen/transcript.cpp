#include "app/screen/transcript.h"

#include "app/printable.h"

namespace tritutor::screen {

namespace {

/// A carriage return begins the line anew. One at its end is the terminal's own.
std::string as_seen(std::string_view line) {
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  const size_t start = line.rfind('\r');
  if (start != std::string_view::npos) line.remove_prefix(start + 1);
  constexpr std::string_view erase = "\x1b[K";
  if (line.starts_with(erase)) line.remove_prefix(erase.size());
  return printable_styled(line);
}

}  // namespace

void Transcript::feed(std::string_view bytes) {
  unfinished_ += bytes;
  for (size_t end = unfinished_.find('\n'); end != std::string::npos; end = unfinished_.find('\n')) {
    lines_ += as_seen(std::string_view(unfinished_).substr(0, end)) + "\n";
    unfinished_.erase(0, end + 1);
  }
}

std::string Transcript::progress() const {
  // A line that is not written over is a part of what comes: bytes come in any pieces.
  return unfinished_.find('\r') == std::string::npos ? "" : unfinished();
}

std::string Transcript::unfinished() const {
  // Torn between the two, what erases the line would be shown.
  constexpr std::string_view torn[] = {"\x1b", "\x1b["};
  std::string_view line = unfinished_;
  for (const std::string_view end : torn) {
    if (line.ends_with(end)) line.remove_suffix(end.size());
  }
  return as_seen(line);
}

}  // namespace tritutor::screen
