#include "app/watch_line.h"

#include <algorithm>
#include <functional>

#include "app/terminal.h"

namespace tritutor {

namespace {

/// The first line that is wanted, with its colours; empty: none is.
std::string first_line(std::string_view text, const std::function<bool(const std::string& plain)>& wanted) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (wanted(without_colors(line))) return std::string(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return "";
}

std::string_view trimmed(std::string_view line) {
  return line.substr(std::min(line.find_first_not_of(' '), line.size()));
}

}  // namespace

std::string without_colors(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (const size_t code = text[at] == '\x1b' ? Style::code_at(text.substr(at)) : 0; code > 0) {
      at += code;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string headline_of(std::string_view said) {
  const std::string headline = first_line(said, [](const std::string& line) {
    return line.starts_with("PASS  ") || line.starts_with("FAIL  ") || line.starts_with("ERROR  ") ||
           line.starts_with("RIGHT, NOT FAST ENOUGH  ");
  });
  return headline.empty() ? first_line(said, [](const std::string& line) { return !trimmed(line).empty(); }) : headline;
}

std::string place_of(std::string_view said, std::string_view file) {
  const std::string place = std::string(file) + ":";
  return std::string(trimmed(without_colors(first_line(said, [&](const std::string& line) {
    const std::string_view text = trimmed(line);
    return text.starts_with(place) && text.size() > place.size() && text[place.size()] >= '0' &&
           text[place.size()] <= '9';
  }))));
}

}  // namespace tritutor
