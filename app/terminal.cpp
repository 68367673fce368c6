#include "app/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace tritutor {

std::string Style::paint(const char* code, std::string_view text) const {
  if (!on_ || text.empty()) return std::string(text);
  return std::string("\x1b[") + code + "m" + std::string(text) + "\x1b[0m";
}

size_t Style::code_at(std::string_view text) {
  static constexpr std::string_view codes[] = {"\x1b[0m",    "\x1b[1m",  "\x1b[2m", "\x1b[1;31m",
                                               "\x1b[1;32m", "\x1b[33m", "\x1b[36m"};
  for (const std::string_view code : codes) {
    if (text.starts_with(code)) return code.size();
  }
  return 0;
}

bool wants_color(std::string_view mode, int file_descriptor) {
  if (mode == "always") return true;
  if (mode == "never") return false;
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != 0) return false;
  const char* term = std::getenv("TERM");
  if (term == nullptr || std::string_view(term) == "dumb") return false;
  return isatty(file_descriptor) != 0;
}

int terminal_width(int file_descriptor) {
  int columns = 0;
  winsize size{};
  if (ioctl(file_descriptor, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
  if (columns == 0) {
    const char* text = std::getenv("COLUMNS");
    if (text != nullptr) columns = std::atoi(text);
  }
  if (columns <= 0) columns = 80;
  return std::max(columns, 40);
}

int terminal_rows(int file_descriptor) {
  if (isatty(file_descriptor) == 0) return 0;
  winsize size{};
  const bool told = ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_row > 0;
  return told ? size.ws_row : least_rows;
}

size_t columns_of(std::string_view text) { return std::count_if(text.begin(), text.end(), starts_code_point); }

size_t visible_columns(std::string_view text) {
  size_t columns = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t code = text[at] == '\x1b' ? Style::code_at(text.substr(at)) : 0;
    if (code == 0 && starts_code_point(text[at])) ++columns;
    at += code > 0 ? code : 1;
  }
  return columns;
}

int rows_of(std::string_view text, int width) {
  int rows = 0, columns = 0;
  for (size_t at = 0; at < text.size();) {
    if (const size_t code = text[at] == '\x1b' ? Style::code_at(text.substr(at)) : 0; code > 0) {
      at += code;
      continue;
    }
    if (text[at] == '\n') {
      rows += std::max(1, (columns + width - 1) / width);
      columns = 0;
    } else if (starts_code_point(text[at])) {
      ++columns;
    }
    ++at;
  }
  return rows + (columns + width - 1) / width;
}

std::string fit(std::string_view text, size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  const size_t keep = columns > 3 ? columns - 3 : 0;
  size_t seen = 0, bytes = 0;
  for (; bytes < text.size(); ++bytes) {
    if (starts_code_point(text[bytes]) && seen++ == keep) break;
  }
  while (bytes > 0 && text[bytes - 1] == ' ') --bytes;
  return std::string(text.substr(0, bytes)) + "...";
}

std::string pad(std::string_view text, size_t columns) {
  const size_t used = columns_of(text);
  return std::string(text) + std::string(used < columns ? columns - used : 0, ' ');
}

namespace {

/// Where a word too long for its line is broken: the bytes of its first `columns` code points, at least one.
size_t bytes_of(std::string_view word, size_t columns) {
  size_t seen = 0, bytes = 0;
  for (; bytes < word.size(); ++bytes) {
    if (starts_code_point(word[bytes]) && seen++ == std::max<size_t>(columns, 1)) break;
  }
  return bytes;
}

void wrap_line(std::string& out, std::string_view line, size_t width, const std::string& first,
               const std::string& rest) {
  std::string current = first;
  bool empty = true;
  const auto next_line = [&] {
    out += current + "\n";
    current = rest;
    empty = true;
  };
  size_t at = 0;
  while (at < line.size()) {
    const size_t end = std::min(line.find(' ', at), line.size());
    std::string_view word = line.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (!empty && visible_columns(current) + 1 + visible_columns(word) > width) next_line();
    if (!empty) current += ' ';
    while (visible_columns(current) + visible_columns(word) > width && word.find('\x1b') == std::string_view::npos) {
      const size_t used = visible_columns(current);
      const size_t bytes = bytes_of(word, width > used ? width - used : 1);
      current += word.substr(0, bytes);
      word.remove_prefix(bytes);
      if (word.empty()) break;
      next_line();
    }
    current += word;
    empty = false;
  }
  out += current + "\n";
}

/// Columns of an item's mark, "- " or "1. "; 0: the line is no item.
size_t mark_of_item(std::string_view line) {
  if (line.starts_with("- ")) return 2;
  const size_t digits = line.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || !line.substr(digits).starts_with(". ")) return 0;
  return digits + 2;
}

}  // namespace

std::string wrap(std::string_view text, int width, std::string_view indent) {
  std::string out;
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  size_t at = 0;
  while (at <= text.size()) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty()) {
      out += "\n";
    } else if (line.starts_with("  ")) {
      out += std::string(indent) + std::string(line) + "\n";
    } else {
      const std::string hanging = std::string(indent) + std::string(mark_of_item(line), ' ');
      wrap_line(out, line, static_cast<size_t>(width), std::string(indent), hanging);
    }
  }
  return out;
}

}  // namespace tritutor
