#include "app/notes/markdown_table.h"

#include <algorithm>
#include <sstream>

namespace tritutor {

namespace {

constexpr size_t gap = 2;     // columns of space between two columns of the table
constexpr size_t least = 10;  // a column is not made narrower

std::string trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

bool is_rule(const std::vector<std::string>& cells) {
  return std::all_of(cells.begin(), cells.end(), [](const std::string& cell) {
    return !cell.empty() && cell.find_first_not_of("-:") == std::string::npos;
  });
}

/// Columns of the longest word of painted text.
size_t longest_word(const std::string& text) {
  size_t longest = 0;
  std::istringstream words(text);
  for (std::string word; words >> word;) longest = std::max(longest, visible_columns(word));
  return longest;
}

/// Takes from the columns until all fit: from the one with the most room to spare, then from the widest.
void narrow(std::vector<size_t>& widths, const std::vector<size_t>& longest_words, size_t room) {
  const auto total = [&] {
    size_t sum = gap * (widths.size() - 1);
    for (const size_t width : widths) sum += width;
    return sum;
  };
  const auto spare = [&](size_t i) { return widths[i] - std::min(widths[i], longest_words[i]); };
  while (total() > room) {
    size_t from = 0;
    for (size_t i = 1; i < widths.size(); ++i) {
      const bool more = spare(i) != spare(from) ? spare(i) > spare(from) : widths[i] > widths[from];
      if (more) from = i;
    }
    if (widths[from] <= least) return;
    --widths[from];
  }
}

std::vector<std::string> lines_of(const std::string& cell, size_t width) {
  std::vector<std::string> lines;
  std::istringstream in(wrap(cell, static_cast<int>(width)));
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

void MarkdownTable::add_line(std::string_view line) {
  std::vector<std::string> cells;
  std::string cell;
  line.remove_prefix(1);
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      cell += line[++i];
    } else if (line[i] == '|') {
      cells.push_back(trimmed(cell));
      cell.clear();
    } else {
      cell += line[i];
    }
  }
  if (!trimmed(cell).empty()) cells.push_back(trimmed(cell));
  if (is_rule(cells)) {
    heading_rows_ = rows_.size();
  } else {
    rows_.push_back(std::move(cells));
  }
}

std::string MarkdownTable::text(const Style& style, int width,
                                const std::function<std::string(std::string_view)>& inline_text) const {
  std::vector<std::vector<std::string>> shown;
  std::vector<size_t> widths, longest_words;
  for (const std::vector<std::string>& row : rows_) {
    shown.emplace_back();
    for (size_t column = 0; column < row.size(); ++column) {
      std::string cell = inline_text(row[column]);
      if (widths.size() <= column) widths.push_back(0), longest_words.push_back(0);
      longest_words[column] = std::max(longest_words[column], longest_word(cell));
      widths[column] = std::max(widths[column], visible_columns(cell));
      shown.back().push_back(std::move(cell));
    }
  }
  if (widths.empty()) return "";
  narrow(widths, longest_words, static_cast<size_t>(width));

  std::string out;
  for (size_t r = 0; r < shown.size(); ++r) {
    std::vector<std::vector<std::string>> cells;
    size_t height = 1;
    for (size_t column = 0; column < shown[r].size(); ++column) {
      cells.push_back(lines_of(shown[r][column], widths[column]));
      height = std::max(height, cells.back().size());
    }
    for (size_t i = 0; i < height; ++i) {
      std::string line;
      size_t used = 0, start = 0;
      for (size_t column = 0; column < cells.size(); start += widths[column++] + gap) {
        if (i >= cells[column].size() || cells[column][i].empty()) continue;
        line += std::string(start > used ? start - used : (used > 0 ? 1 : 0), ' ');  // words may be too long
        line += r < heading_rows_ ? style.bold(cells[column][i]) : cells[column][i];
        used = std::max(start, used) + visible_columns(cells[column][i]);
      }
      out += line + "\n";
    }
    if (r + 1 != heading_rows_) continue;
    std::string rule;
    for (size_t column = 0; column < widths.size(); ++column)
      rule += std::string(widths[column], '-') + std::string(column + 1 < widths.size() ? gap : 0, ' ');
    out += style.dim(rule) + "\n";
  }
  return out;
}

}  // namespace tritutor
