// What the results of a row have in common, where each row is a distribution or normalized by something of its own.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "grader/judge/pattern.h"

namespace tritutor {
namespace {

constexpr int64_t warp = 32;

bool is_one(double sum) { return std::fabs(sum - 1) < 2e-3; }

/// Whether every row of what is wanted adds up to 1.
bool is_normalized(const Evidence& e) {
  if (e.rows < 2 || e.columns < 2 || e.total() != e.rows * e.columns) return false;
  for (int64_t r = 0; r < e.rows; ++r) {
    double sum = 0;
    for (int64_t c = 0; c < e.columns; ++c) sum += e.want_at(r * e.columns + c);
    if (!is_one(sum)) return false;
  }
  return true;
}

/// The factor got / want of the elements [begin, end), 0 where they have none in common.
double common_factor(const Evidence& e, int64_t begin, int64_t end) {
  double factor = 0;
  int64_t tested = 0;
  for (int64_t i = begin; i < end; ++i) {
    const double want = e.want_at(i), got = e.got_at(i);
    if (want == 0) continue;
    if (!std::isfinite(want) || !std::isfinite(got) || got == 0) return 0;
    if (tested++ == 0) factor = got / want;
    if (std::fabs(got / want - factor) > 2e-4 * std::fabs(factor)) return 0;
  }
  return tested >= 4 ? factor : 0;
}

}  // namespace

std::optional<Pattern> find_wrong_axis(const Evidence& e) {
  if (!is_normalized(e)) return std::nullopt;
  int64_t columns = 0, rows = 0;
  for (int64_t c = 0; c < e.columns; ++c) {
    double sum = 0;
    for (int64_t r = 0; r < e.rows; ++r) sum += e.got_at(r * e.columns + c);
    columns += is_one(sum) ? 1 : 0;
  }
  for (int64_t r = 0; r < e.rows; ++r) {
    double sum = 0;
    for (int64_t c = 0; c < e.columns; ++c) sum += e.got_at(r * e.columns + c);
    rows += is_one(sum) ? 1 : 0;
  }
  if (columns * 20 < e.columns * 19 || rows * 2 > e.rows) return std::nullopt;
  return Pattern{
      "wrong-axis",
      "Each column adds up to 1, where each row should: the sum runs along the wrong axis. Which index stays "
      "the same within one sum?"};
}

std::optional<Pattern> find_constant_rows(const Evidence& e) {
  if (e.rows < 2 || e.columns < 4 || e.wrong_count() * 2 < e.total()) return std::nullopt;
  for (int64_t i = 0; i < e.total(); ++i) {
    if (e.got_at(i) != e.got_at(i - i % e.columns)) return std::nullopt;
  }
  return Pattern{
      "constant-rows",
      fmt::format("Each row holds one value of its own ({:.6g} in the first): what is computed once for a row "
                  "was stored, and nothing that belongs to a column.",
                  e.got_at(0))};
}

std::optional<Pattern> find_scaled_warps(const Evidence& e) {
  if (e.rows < 2 || e.columns < 2 * warp) return std::nullopt;
  int64_t runs = 0, fitting = 0, changes = 0;
  for (int64_t row = 0; row < e.total() / e.columns; ++row) {
    double before = 0;
    for (int64_t c = 0; c + warp <= e.columns; c += warp, ++runs) {
      const double factor = common_factor(e, row * e.columns + c, row * e.columns + c + warp);
      if (factor == 0) continue;
      ++fitting;
      changes += before != 0 && std::fabs(factor - before) > 2e-3 * std::fabs(before) ? 1 : 0;
      before = factor;
    }
  }
  if (runs < 4 || fitting * 10 < runs * 9 || changes * 2 < runs) return std::nullopt;
  return Pattern{"scaled-warps",
                 "Within a row, each run of 32 columns is right up to a factor of its own: what divides them was made "
                 "by one warp alone. A warp's sum or maximum is not yet that of its block."};
}

/// softmax(c s) in place of softmax(s): the logarithms of a row are c times what they should be, up to a constant.
std::optional<Pattern> find_scaled_exponents(const Evidence& e) {
  if (!is_normalized(e)) return std::nullopt;
  double smallest = INFINITY, largest = -INFINITY;
  int64_t fitting = 0;
  for (int64_t row = 0; row < e.rows; ++row) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (int64_t i = row * e.columns; i < (row + 1) * e.columns; ++i) {
      if (!(e.got_at(i) > 1e-30) || !(e.want_at(i) > 1e-30)) continue;
      const double want = std::log(e.want_at(i)), got = std::log(e.got_at(i));
      n += 1, x += want, y += got, xx += want * want, xy += want * got;
    }
    const double spread = n * xx - x * x;
    if (n < 3 || spread < 1e-6 * n * n) continue;
    const double slope = (n * xy - x * y) / spread, start = (y - slope * x) / n;
    double worst = 0;
    for (int64_t i = row * e.columns; i < (row + 1) * e.columns; ++i) {
      if (!(e.got_at(i) > 1e-30) || !(e.want_at(i) > 1e-30)) continue;
      worst = std::max(worst, std::fabs(std::log(e.got_at(i)) - slope * std::log(e.want_at(i)) - start));
    }
    if (worst > 1e-3) continue;
    ++fitting;
    smallest = std::min(smallest, slope);
    largest = std::max(largest, slope);
  }
  if (fitting < 2 || fitting * 10 < e.rows * 9 || largest - smallest > 1e-3 * std::fabs(largest)) return std::nullopt;
  const double slope = (smallest + largest) / 2;
  if (std::fabs(slope - 1) < 1e-3) return std::nullopt;
  const bool base_two = std::fabs(slope - std::log(2.0)) < 1e-3;
  return Pattern{
      "scaled-exponents",
      fmt::format("Each row is a softmax, but its exponents are {:.5g} times what they should be{}.{}", slope,
                  base_two ? " (ln 2)" : factor_in_words(e, slope),
                  base_two ? " Is it exp2f in place of expf?" : " By what are the scores scaled before exp?")};
}

}  // namespace tritutor
