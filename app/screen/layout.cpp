#include "app/screen/layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/screen/fold.h"

namespace tritutor::screen {

namespace {

constexpr int rows_around_text = 3;  // the title, the status, the keys

/// Two texts at the ends of a row; the left one gives way.
std::string ends_of_row(const std::string& left, const std::string& right, int columns, const Style& style) {
  if (columns < 8) return clip(left, columns);  // too narrow for "..."
  const std::string short_right = fit(right, static_cast<size_t>(columns));
  const int taken = static_cast<int>(columns_of(short_right));
  const int room = columns - taken - (taken > 0 ? 2 : 0);
  const std::string short_left = room > 3 ? fit(left, static_cast<size_t>(room)) : "";
  const int gap = columns - static_cast<int>(columns_of(short_left)) - taken;
  return style.bold(short_left) + std::string(static_cast<size_t>(std::max(gap, 0)), ' ') + style.dim(short_right);
}

/// "1-20 of 45": where more text is than fits.
std::string place_in_text(const Page& page, const Size& size) {
  const auto rows = static_cast<size_t>(text_rows(size));
  if (page.text.size() <= rows) return "";
  return fmt::format("{}-{} of {}", page.first + 1, std::min(page.first + rows, page.text.size()), page.text.size());
}

}  // namespace

int text_rows(const Size& size) { return std::max(size.rows - rows_around_text, 1); }

size_t last_first(size_t rows_of_text, const Size& size) {
  const auto rows = static_cast<size_t>(text_rows(size));
  return rows_of_text > rows ? rows_of_text - rows : 0;
}

std::string key_line(const std::vector<KeyLabel>& keys, size_t kept, int columns, const Style& style) {
  const auto width = [](const KeyLabel& key) { return static_cast<int>(key.key.size() + 1 + key.does.size()); };
  const size_t first_kept = keys.size() - std::min(kept, keys.size());
  int used = 0;
  for (size_t i = first_kept; i < keys.size(); ++i) used += width(keys[i]) + 2;
  used -= 2;  // no gap before the first
  std::string line;
  const auto add = [&](const KeyLabel& key) {
    if (!line.empty()) line += "  ";
    line += style.bold(key.key) + " " + std::string(key.does);
  };
  for (size_t i = 0; i < first_kept; ++i) {
    if (used + width(keys[i]) + 2 > columns) break;
    used += width(keys[i]) + 2;
    add(keys[i]);
  }
  for (size_t i = first_kept; i < keys.size(); ++i) add(keys[i]);
  return clip(line, columns);
}

std::vector<std::string> arrange(const Page& page, const Size& size, const Style& style) {
  const auto height = static_cast<size_t>(std::max(size.rows, 1));
  std::vector<std::string> rows;
  const size_t first = std::min(page.first, last_first(page.text.size(), size));
  if (size.rows >= 3) rows.push_back(ends_of_row(page.title, page.state, size.columns, style));
  for (size_t i = 0; i < static_cast<size_t>(text_rows(size)); ++i) {
    rows.push_back(first + i < page.text.size() ? clip(page.text[first + i], size.columns) : "");
  }
  if (size.rows >= 4) rows.push_back(ends_of_row(page.status, place_in_text(page, size), size.columns, Style()));
  if (size.rows >= 2) rows.push_back(key_line(page.keys, page.keys_kept, size.columns, style));
  rows.resize(height);
  return rows;
}

}  // namespace tritutor::screen
