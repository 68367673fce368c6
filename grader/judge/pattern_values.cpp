// How the wrong results relate to what was wanted.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

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

/// " which is alpha" where a constant is a scalar of the case or one element of an input; empty: neither.
std::string source_of_constant(const Evidence& e, double value) {
  const auto same = [&](double other) { return static_cast<float>(other) == static_cast<float>(value); };
  if (e.context.values != nullptr) {
    for (const auto& [name, scalar] : *e.context.values) {
      if (same(scalar)) return fmt::format(", which is {}", name);
      if (scalar > 1 && same(1 / scalar)) return fmt::format(", which is 1 / {}", name);
    }
  }
  if (same(e.want_at(0))) return ", which belongs at index 0 alone";
  if (e.context.inputs != nullptr) {
    for (const auto& [name, array] : *e.context.inputs) {
      if (array.count() > 0 && same(array.at(0)) && !same(array.at(array.count() - 1)))
        return fmt::format(", the first element of {}", name);
    }
  }
  return "";
}

}  // namespace

std::string factor_in_words(const Evidence& e, double factor) {
  if (e.context.values == nullptr || factor == 0) return "";
  // Closer than any other factor of its kind could be by chance: the results are floats.
  const auto is = [&](double candidate) {
    return std::isfinite(candidate) &&
           std::fabs(candidate - factor) <= std::min(2e-5, 0.05 * std::fabs(candidate - 1)) * std::fabs(candidate);
  };
  for (const auto& [name, value] : *e.context.values) {
    if (!(value > 0) || value == 1) continue;
    struct Form {
      const char* text;
      double value;
    };
    const Form forms[] = {
        {"{0}", value},
        {"1 / {0}", 1 / value},
        {"sqrt({0})", std::sqrt(value)},
        {"1 / sqrt({0})", 1 / std::sqrt(value)},
        {"({0} - 1) / {0}", (value - 1) / value},
        {"{0} / ({0} - 1)", value / (value - 1)},
        {"sqrt(({0} - 1) / {0})", std::sqrt((value - 1) / value)},
        {"sqrt({0} / ({0} - 1))", std::sqrt(value / (value - 1))},
        {"1 - {0}", 1 - value},
        {"1 / (1 - {0})", 1 / (1 - value)},
        {"(1 - {0}) / {0}", (1 - value) / value},
        {"{0} * {0}", value * value},
    };
    std::string found;
    for (const Form& form : forms) {
      if (!is(form.value)) continue;
      found += (found.empty() ? "" : " or ") + fmt::format(fmt::runtime(form.text), name);
    }
    if (!found.empty()) return fmt::format(" ({} for {} = {})", found, name, value);
  }
  return "";
}

std::optional<Pattern> find_constant(const Evidence& e) {
  const double first = e.got_at(e.wrong_at.front());
  const auto is_first = [&](int64_t i) { return e.got_at(i) == first; };
  // NaN that is right, as of 0 * inf, is no other value.
  for (int64_t i = 0; i < e.total(); ++i) {
    const bool right_nan = e.wrong[static_cast<size_t>(i)] == 0 && std::isnan(e.got_at(i));
    if (!is_first(i) && !right_nan) return std::nullopt;
  }
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
  const std::string source = source_of_constant(e, first);
  if (source.starts_with(", which is 1 / ")) {
    return Pattern{"constant",
                   fmt::format("Every element is {:.6g}{}: all that goes into a sum counts alike, as if the "
                               "values made no difference.",
                               first, source)};
  }
  return Pattern{"constant",
                 fmt::format("Every element is {:.6g}{}: {}", first, source,
                             source.empty() ? "does the index take part in what is loaded?"
                                            : "what else should go into each element, and by which index?")};
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
  if (c != 0 && std::fabs(c - 1) > 1e-4 && by(c)) {
    return Pattern{"scaled", fmt::format("got is {:.6g} times what is right{}{}. Which factor or division is missing, "
                                         "or applied once too often?",
                                         c, factor_in_words(e, c), wrong_place(e))};
  }
  return find_scaled_rows(e);
}

/// One amount too much or too little, wherever it is wrong: what is wanted has to vary for that to mean anything.
std::optional<Pattern> find_offset(const Evidence& e) {
  if (e.wrong_count() < 4) return std::nullopt;
  std::vector<double> offsets;
  std::set<double> wanted;
  for (size_t k = 0; k < e.wrong_at.size() && offsets.size() < 101; ++k) {
    const double offset = e.got_at(e.wrong_at[k]) - e.want_at(e.wrong_at[k]);
    if (!std::isfinite(offset)) return std::nullopt;
    offsets.push_back(offset);
    wanted.insert(e.want_at(e.wrong_at[k]));
  }
  std::nth_element(offsets.begin(), offsets.begin() + static_cast<std::ptrdiff_t>(offsets.size() / 2), offsets.end());
  const double offset = offsets[offsets.size() / 2];
  const bool constant = holds_for_wrong(e, 4, [&](int64_t i) -> std::optional<bool> {
    const double size = std::max(std::fabs(e.got_at(i)), std::fabs(e.want_at(i)));
    const double slack = e.bound[static_cast<size_t>(i)] + 3e-7 * size;
    return std::fabs(e.got_at(i) - e.want_at(i) - offset) <= slack && std::fabs(offset) > 4 * slack;
  });
  if (!constant || wanted.size() < 4) return std::nullopt;
  return Pattern{"offset",
                 fmt::format("{} is {:.4g} too {}{}{}: what is {}?",
                             e.wrong_count() == e.total() ? "Every result" : "Each wrong result", std::fabs(offset),
                             offset > 0 ? "large" : "small", factor_in_words(e, std::fabs(offset)), wrong_place(e),
                             offset > 0 ? "added that does not belong there" : "missing, or taken away")};
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
  const auto stands_at = [&](const auto& source) {
    return holds_for_wrong(e, 8, [&](int64_t i) -> std::optional<bool> { return is_near(e, i, e.want_at(source(i))); });
  };
  if (stands_at([&](int64_t i) { return n - 1 - i; })) {
    return Pattern{"reversed",
                   "The results stand in reverse order: element i holds what belongs at the same distance from "
                   "the other end."};
  }
  for (const int64_t period :
       {static_cast<int64_t>(e.context.block_threads), int64_t{256}, int64_t{1024}, int64_t{32}}) {
    if (period < 2 || n < period + 8 || e.rows > 1 || !stands_at([&](int64_t i) { return i % period; })) continue;
    return Pattern{"repeating",
                   fmt::format("The first {0} results stand there again and again: element i holds what belongs "
                               "at i % {0}. What is loaded is counted from the start of the block, and should "
                               "be from the start of the vector.",
                               period)};
  }
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
  // A limit is seen where different values stop at it, and only where something is within it.
  std::set<double> wants, gots;
  for (const int64_t i : e.wrong_at) {
    if (wants.size() < 4) wants.insert(e.want_at(i));
    if (gots.size() < 4) gots.insert(e.got_at(i));
  }
  const auto all = [&](const auto& test) { return std::all_of(e.wrong_at.begin(), e.wrong_at.end(), test); };
  // Every wrong result is the limit, and what is right lies beyond it; nothing right lies beyond it.
  const auto cut_at = [&](double limit, bool below) {
    const auto beyond = [&](double v) { return below ? v < limit : v > limit; };
    return all([&](int64_t i) { return e.got_at(i) == limit && beyond(e.want_at(i)); }) &&
           std::none_of(e.value.begin(), e.value.end(), beyond);
  };
  const double limit = e.got_at(first);
  const bool many = wants.size() >= 4 || std::isinf(e.want_at(first));
  if (many && (cut_at(limit, true) || cut_at(limit, false))) {
    return Pattern{
        "clamped",
        fmt::format("Results {} {:.6g} came out as {:.6g}. Which maximum, minimum or starting value holds them "
                    "there?",
                    e.want_at(first) < limit ? "below" : "above", limit, limit)};
  }
  if (wants.size() >= 4 && e.wrong_count() >= 16 && all([&](int64_t i) { return e.got_at(i) == limit; }) &&
      !describe_place(e, e.wrong)) {
    return Pattern{"constant", fmt::format("Each wrong result is {:.6g}{}{}: what should go into it that does not?",
                                           limit, source_of_constant(e, limit), wrong_place(e))};
  }
  // The reverse: one limit is wanted, and the results go beyond it.
  const double wanted = e.want_at(first);
  const bool below = e.got_at(first) < wanted;
  const bool not_cut =
      all([&](int64_t i) { return e.want_at(i) == wanted && (below ? e.got_at(i) < wanted : e.got_at(i) > wanted); });
  const bool is_limit =
      std::none_of(e.want.value.begin(), e.want.value.end(), [&](double v) { return below ? v < wanted : v > wanted; });
  if (not_cut && is_limit && e.wrong_count() < e.total() && gots.size() >= 3 && e.total() >= 16) {
    return Pattern{"not-clamped", fmt::format("Results {} {:.6g} were not cut off at {:.6g}.",
                                              below ? "below" : "above", wanted, wanted)};
  }
  return std::nullopt;
}

}  // namespace tritutor
