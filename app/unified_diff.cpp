#include "app/unified_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace tritutor {

namespace {

using Lines = std::vector<std::string_view>;

/// With their newlines, so that a last line without one is another line than the same with one.
Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

struct Edit {
  char mark;  ///< ' ', '-' or '+'
  std::string_view line;
};

/// Most entries of the table that the longest common subsequence is found in.
constexpr size_t max_table = size_t{1} << 24;

/// What differs between a[first, a_end) and b[first, b_end): the longest common subsequence stays. Where that would
/// need too large a table, nothing does.
void add_middle(std::vector<Edit>& edits, const Lines& a, const Lines& b, size_t first, size_t a_end, size_t b_end) {
  const size_t rows = a_end - first, columns = b_end - first;
  const bool small = (rows + 1) * (columns + 1) <= max_table;
  // longest[i][j]: of the lines from i and from j on.
  std::vector<uint32_t> longest(small ? (rows + 1) * (columns + 1) : 0);
  const auto at = [&](size_t i, size_t j) -> uint32_t& { return longest[i * (columns + 1) + j]; };
  for (size_t i = rows; small && i-- > 0;) {
    for (size_t j = columns; j-- > 0;)
      at(i, j) = a[first + i] == b[first + j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
  }
  size_t i = 0, j = 0;
  while (i < rows || j < columns) {
    if (small && i < rows && j < columns && a[first + i] == b[first + j]) {
      edits.push_back({' ', a[first + i]});
      ++i, ++j;
    } else if (i < rows && (!small || j == columns || at(i + 1, j) >= at(i, j + 1))) {
      edits.push_back({'-', a[first + i++]});
    } else {
      edits.push_back({'+', b[first + j++]});
    }
  }
}

std::vector<Edit> edits_between(const Lines& a, const Lines& b) {
  size_t first = 0, a_end = a.size(), b_end = b.size();
  while (first < a_end && first < b_end && a[first] == b[first]) ++first;
  while (a_end > first && b_end > first && a[a_end - 1] == b[b_end - 1]) --a_end, --b_end;
  std::vector<Edit> edits;
  for (size_t i = 0; i < first; ++i) edits.push_back({' ', a[i]});
  add_middle(edits, a, b, first, a_end, b_end);
  for (size_t i = a_end; i < a.size(); ++i) edits.push_back({' ', a[i]});
  return edits;
}

/// "12,3"; of no lines the one before them.
std::string range(size_t lines_before, size_t count) {
  return fmt::format("{},{}", count == 0 ? lines_before : lines_before + 1, count);
}

constexpr size_t context = 3;

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view before_name,
                         std::string_view after_name) {
  const Lines a = lines_of(before), b = lines_of(after);
  const std::vector<Edit> edits = edits_between(a, b);
  const auto next_change = [&](size_t from) {
    while (from < edits.size() && edits[from].mark == ' ') ++from;
    return from;
  };
  std::string hunks;
  size_t a_line = 0, b_line = 0, at = 0;  // edits[at] comes after so many lines of each
  for (size_t change = next_change(0); change < edits.size(); change = next_change(at)) {
    const size_t begin = change - std::min(change - at, context);
    size_t end = change;  // past the hunk's last change
    for (size_t next = change; next < edits.size() && next - end <= 2 * context; next = next_change(end)) {
      end = next;
      while (end < edits.size() && edits[end].mark != ' ') ++end;
    }
    end = std::min(end + context, edits.size());
    a_line += begin - at, b_line += begin - at;
    size_t a_count = 0, b_count = 0;
    std::string lines;
    for (size_t i = begin; i < end; ++i) {
      a_count += edits[i].mark != '+' ? 1 : 0;
      b_count += edits[i].mark != '-' ? 1 : 0;
      lines += edits[i].mark;
      lines += edits[i].line;
      if (edits[i].line.back() != '\n') lines += "\n\\ No newline at end of file\n";
    }
    hunks += fmt::format("@@ -{} +{} @@\n{}", range(a_line, a_count), range(b_line, b_count), lines);
    a_line += a_count, b_line += b_count;
    at = end;
  }
  return hunks.empty() ? "" : fmt::format("--- {}\n+++ {}\n{}", before_name, after_name, hunks);
}

}  // namespace tritutor
