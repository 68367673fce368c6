// How the wrong results relate to what was wanted.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "grader/judge/pattern.h"

namespace tritutor {
namespace {

/// The least-squares factor c of got = c want over elements [begin, end), 0 where nothing is wanted but zeros.
double factor_of(const Evidence& e, int64_t begin, int64_t end) {
  double product = 0, square = 0;
  for (int64_t i = begin; i < end; ++i) {
    if (!std::isfinite(e.want_at(i)) || !std::isfinite(e.got_at(i))) continue;
    product += e.got_at(i) * e.want_at(i);
    square += e.want_at(i) * e.want_at(i);
  }
  return square > 0 ? product / square : 0;
}

/// Whether got = c want at i; nullopt where 0 is wanted, which says nothing about c.
std::optional<bool> is_times(const Evidence& e, int64_t i, double c) {
  const double want = e.want_at(i);
  if (want == 0 || !std::isfinite(want)) return std::nullopt;
  const double slack = std::max(1.0, std::fabs(c)) * e.bound[static_cast<size_t>(i)] + 1e-5 * std::fabs(c * want);
  return std::fabs(e.got_at(i) - c * want) <= slack && std::fabs((c - 1) * want) > 2 * slack;
}

std::string wrong_place(const Evidence& e) { return at_place(e, e.wrong); }

std::optional<Pattern> find_scaled_rows(const Evidence& e) {
  if (e.rows < 2 || e.columns < 4) return std::nullopt;
  const int64_t lines = e.total() / e.columns;
  double smallest = INFINITY, largest = -INFINITY;
  int64_t wrong_rows = 0, fitting = 0;
  for (int64_t row = 0; row < lines; ++row) {
    const int64_t begin = row * e.columns, end = begin + e.columns;
    const auto at = [&](int64_t i) { return e.wrong.begin() + static_cast<std::ptrdiff_t>(i); };
    const int64_t wrong = std::count(at(begin), at(end), 1);
    if (wrong == 0) continue;
    ++wrong_rows;
    const double c = factor_of(e, begin, end);
    int64_t tested = 0, held = 0;
    for (int64_t i = begin; i < end; ++i) {
      if (e.wrong[static_cast<size_t>(i)] == 0) continue;
      const auto answer = is_times(e, i, c);
      if (!answer) continue;
      ++tested;
      held += *answer ? 1 : 0;
    }
    if (c == 0 || tested < 4 || held * 20 < tested * 19 || 2 * wrong < e.columns) continue;
    ++fitting;
    smallest = std::min(smallest, c);
    largest = std::max(largest, c);
  }
  if (fitting < 2 || fitting * 10 < wrong_rows * 9) return std::nullopt;
  return Pattern{
      "scaled-rows",
      fmt::format("Every wrong row is right up to a factor of its own ({:.4g} to {:.4g}): what is computed once "
                  "for a row and then divides or multiplies it is off. Which elements go into it?",
                  smallest, largest)};
}

/// got[r][c] of a matrix holds what should be at the flat place `source` of it.
using Source = int64_t (*)(int64_t r, int64_t c, int64_t rows, int64_t columns, int64_t tile);

bool comes_from(const Evidence& e, Source source, int64_t tile) {
  const int64_t size = e.rows * e.columns;
  return holds_for_wrong(e, 4, [&](int64_t i) -> std::optional<bool> {
    const int64_t at = i % size;
    const int64_t from = source(at / e.columns, at % e.columns, e.rows, e.columns, tile);
    if (from < 0) return std::nullopt;
    return is_near(e, i, e.want_at(i - at + from));
  });
}

int64_t swapped(int64_t r, int64_t c, int64_t rows, int64_t columns, int64_t) {
  return rows == columns ? c * columns + r : -1;
}

/// The flat place p of a column-major rows x columns matrix is (p % rows, p / rows).
int64_t column_major(int64_t r, int64_t c, int64_t rows, int64_t columns, int64_t) {
  const int64_t flat = r * columns + c;
  return flat % rows * columns + flat / rows;
}

int64_t inside_tile(int64_t r, int64_t c, int64_t rows, int64_t columns, int64_t tile) {
  const int64_t top = r / tile * tile, left = c / tile * tile;
  if (top + tile > rows || left + tile > columns) return -1;
  return (top + c - left) * columns + left + r - top;
}

/// The tiles change places, their insides stay as they are; square matrices only.
int64_t tiles_swapped(int64_t r, int64_t c, int64_t rows, int64_t columns, int64_t tile) {
  const int64_t row = c / tile * tile + r % tile, column = r / tile * tile + c % tile;
  return rows == columns && rows % tile == 0 ? row * columns + column : -1;
}

}  // namespace

std::optional<Pattern> find_constant(const Evidence& e) {
  const double first = e.got_at(0);
  if (!std::all_of(e.value.begin(), e.value.end(), [&](double v) { return v == first; })) return std::nullopt;
  if (first == 0) {
    return Pattern{"all-zero",
                   e.total() == 1
                       ? "The result is 0. Is it ever stored, or stored before anything was added up?"
                       : "Every element is 0. Does what was computed reach the store, or only its starting value?"};
  }
  const double want = e.want_at(0);
  if (e.total() < 3 || std::all_of(e.want.value.begin(), e.want.value.end(), [&](double v) { return v == want; })) {
    return std::nullopt;
  }
  return Pattern{"constant", fmt::format("Every element is {}: does the index take part in what is loaded?", first)};
}

std::optional<Pattern> find_scaled(const Evidence& e) {
  const int64_t least = e.total() == 1 ? 1 : std::min<int64_t>(3, e.total());
  const auto by = [&](double c) { return holds_for_wrong(e, least, [&](int64_t i) { return is_times(e, i, c); }); };
  if (by(2)) {
    return Pattern{"added-twice",
                   fmt::format("{} twice what is right{}. What is added, or counted, two times? Does the "
                               "kernel add to an output that already held a result?",
                               e.total() == 1 ? "The result is" : "The wrong results are", wrong_place(e))};
  }
  if (by(-1)) return Pattern{"negated", fmt::format("The sign is the opposite of what is right{}.", wrong_place(e))};
  if (e.total() == 1) return std::nullopt;  // one number is always some multiple of another
  double product = 0, square = 0;
  for (const int64_t i : e.wrong_at) {
    if (!std::isfinite(e.want_at(i))) continue;
    product += e.got_at(i) * e.want_at(i);
    square += e.want_at(i) * e.want_at(i);
  }
  const double c = square > 0 ? product / square : 0;
  if (c != 0 && std::fabs(c - 1) > 1e-3 && by(c)) {
    return Pattern{"scaled", fmt::format("got is {:.6g} times what is right{}. Which factor or division is missing, or "
                                         "applied once too often?",
                                         c, wrong_place(e))};
  }
  return find_scaled_rows(e);
}

std::optional<Pattern> find_transposed(const Evidence& e) {
  if (e.rows < 2 || e.columns < 2) return std::nullopt;
  if (comes_from(e, swapped, 0)) {
    return Pattern{"transposed",
                   "Element [i][j] holds what belongs at [j][i]: rows and columns are swapped, in an index or "
                   "in the order of the stores."};
  }
  if (comes_from(e, column_major, 0)) {
    return Pattern{"transposed",
                   fmt::format("The output is laid out column-major: it holds the right values as if it were "
                               "{} x {}. Which extent belongs in the row stride?",
                               e.columns, e.rows)};
  }
  for (const int64_t tile : {4, 8, 16, 32, 64}) {
    if (comes_from(e, inside_tile, tile)) {
      return Pattern{"transposed-tiles",
                     fmt::format("Every {0} x {0} tile is in its place but transposed inside: which of "
                                 "the tile's two indices follows threadIdx.x at the store?",
                                 tile)};
    }
    if (comes_from(e, tiles_swapped, tile)) {
      return Pattern{"transposed-tiles",
                     fmt::format("Every {0} x {0} tile is right inside but stands where the tile across "
                                 "the diagonal belongs: how do blockIdx.x and .y enter the store?",
                                 tile)};
    }
  }
  return std::nullopt;
}

std::optional<Pattern> find_shifted(const Evidence& e) {
  constexpr int64_t kFurthest = 4096;
  const int64_t n = e.total();
  const auto by = [&](int64_t shift) {
    return holds_for_wrong(e, 4, [&](int64_t i) -> std::optional<bool> {
      const int64_t from = i + shift;
      if (from < 0 || from >= n) return std::nullopt;
      return is_near(e, i, e.want_at(from));
    });
  };
  for (int64_t distance = 1; distance <= std::min(kFurthest, n - 1); ++distance) {
    for (const int64_t shift : {-distance, distance}) {
      if (!by(shift)) continue;
      const std::string source = fmt::format("i {} {}", shift < 0 ? '-' : '+', distance);
      if (distance == 1) {
        return Pattern{"off-by-one", fmt::format("Element i holds what belongs at {}{}: an index is off by one.",
                                                 source, wrong_place(e))};
      }
      const bool rows = e.rows > 1 && distance % e.columns == 0;
      const std::string unit =
          rows ? fmt::format(" ({} row{})", distance / e.columns, distance == e.columns ? "" : "s") : "";
      return Pattern{"shifted", fmt::format("Element i holds what belongs at {}{}{}. Which offset has this size?",
                                            source, unit, wrong_place(e))};
    }
  }
  return std::nullopt;
}

std::optional<Pattern> find_clamped(const Evidence& e) {
  if (e.wrong_count() < 3) return std::nullopt;
  const int64_t first = e.wrong_at.front();
  const auto all = [&](const auto& test) { return std::all_of(e.wrong_at.begin(), e.wrong_at.end(), test); };
  // Every wrong result is the limit, and what is right lies beyond it; nothing right lies beyond it.
  const auto cut_at = [&](double limit, bool below) {
    const auto beyond = [&](double v) { return below ? v < limit : v > limit; };
    return all([&](int64_t i) { return e.got_at(i) == limit && beyond(e.want_at(i)); }) &&
           std::none_of(e.value.begin(), e.value.end(), beyond);
  };
  const double limit = e.got_at(first);
  if (cut_at(limit, true) || cut_at(limit, false)) {
    return Pattern{"clamped",
                   fmt::format("Results {} {} came out as {}. Which maximum, minimum or starting value holds them "
                               "there?",
                               e.want_at(first) < limit ? "below" : "above", limit, limit)};
  }
  // The reverse: one limit is wanted, and the results go beyond it.
  const double wanted = e.want_at(first);
  const bool below = e.got_at(first) < wanted;
  const bool not_cut =
      all([&](int64_t i) { return e.want_at(i) == wanted && (below ? e.got_at(i) < wanted : e.got_at(i) > wanted); });
  const bool is_limit =
      std::none_of(e.want.value.begin(), e.want.value.end(), [&](double v) { return below ? v < wanted : v > wanted; });
  if (not_cut && is_limit && e.wrong_count() < e.total()) {
    return Pattern{"not-clamped",
                   fmt::format("Results {} {} were not cut off at {}.", below ? "below" : "above", wanted, wanted)};
  }
  return std::nullopt;
}

}  // namespace tritutor
