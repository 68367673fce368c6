#include "grader/judge/mismatch_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "grader/judge/pattern.h"

namespace tritutor {
namespace {

constexpr int64_t kVectorCells = 64, kMatrixRows = 16, kMatrixColumns = 48;

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Elements of a cell along one dimension. A power of two keeps the cells' borders on those of blocks and tiles.
int64_t cell_size(int64_t extent, int64_t cells) {
  int64_t size = 1;
  while (ceil_div(extent, size) > cells) size *= 2;
  return size;
}

char cell(const Evidence& e, int64_t base, int64_t row, int64_t rows, int64_t column, int64_t columns) {
  int64_t wrong = 0, unwritten = 0, total = 0;
  for (int64_t r = row; r < std::min(row + rows, e.rows); ++r) {
    for (int64_t c = column; c < std::min(column + columns, e.columns); ++c, ++total) {
      const auto i = static_cast<size_t>(base + r * e.columns + c);
      wrong += e.wrong[i];
      unwritten += e.unwritten[i];
    }
  }
  if (wrong == 0) return '.';
  if (unwritten == wrong) return '?';
  return wrong == total ? '#' : '+';
}

}  // namespace

std::vector<std::string> draw_map(const Evidence& e) {
  if (e.total() <= 1 || e.wrong_at.empty()) return {};
  const bool is_vector = e.rows == 1;
  const int64_t rows = cell_size(e.rows, kMatrixRows);
  const int64_t columns = cell_size(e.columns, is_vector ? kVectorCells : kMatrixColumns);
  const int64_t matrix = e.rows * e.columns;
  const int64_t drawn = e.wrong_at.front() / matrix;

  std::vector<std::string> lines;
  for (int64_t row = 0; row < e.rows; row += rows) {
    std::string& line = lines.emplace_back();
    for (int64_t column = 0; column < e.columns; column += columns) {
      line += cell(e, drawn * matrix, row, rows, column, columns);
    }
  }
  const std::string which = matrix < e.total() ? fmt::format("matrix {}: ", drawn) : "";
  const std::string what =
      is_vector ? fmt::format("{} element{}", columns, columns == 1 ? "" : "s")
                : fmt::format("{} row{} x {} column{}", rows, rows == 1 ? "" : "s", columns, columns == 1 ? "" : "s");
  lines.push_back(fmt::format("{}a cell is {}; . right, # wrong, + partly wrong, ? never written", which, what));
  return lines;
}

}  // namespace tritutor
