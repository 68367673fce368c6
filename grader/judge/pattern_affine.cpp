// y = gamma z + beta, with z a row's elements less their mean over their deviation: which part of it is off?

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "grader/judge/pattern.h"

namespace tritutor {
namespace {

using reference::Array;

struct Affine {
  const Array *gamma, *beta;
};

std::optional<Affine> affine_of(const Evidence& e) {
  if (e.context.inputs == nullptr || e.columns < 4 || e.rows < 2) return std::nullopt;
  const auto gamma = e.context.inputs->find("gamma"), beta = e.context.inputs->find("beta");
  if (gamma == e.context.inputs->end() || beta == e.context.inputs->end()) return std::nullopt;
  if (gamma->second.count() != e.columns || beta->second.count() != e.columns) return std::nullopt;
  return Affine{&gamma->second, &beta->second};
}

/// A mistake in how gamma and beta are applied: what would come out of z, gamma, beta, row and column.
struct Mistake {
  const char* text;
  std::function<double(double z, int64_t row, int64_t column)> value;
};

std::optional<Pattern> find_mistake(const Evidence& e, const Affine& by) {
  const auto g = [&](int64_t i) { return by.gamma->at(i % e.columns); };
  const auto b = [&](int64_t i) { return by.beta->at(i % e.columns); };
  const Mistake mistakes[] = {
      {"gamma is missing.", [&](double z, int64_t, int64_t c) { return z + b(c); }},
      {"beta is missing.", [&](double z, int64_t, int64_t c) { return z * g(c); }},
      {"beta is subtracted, not added.", [&](double z, int64_t, int64_t c) { return z * g(c) - b(c); }},
      {"gamma and beta have changed places: gamma multiplies, beta is added.",
       [&](double z, int64_t, int64_t c) { return z * b(c) + g(c); }},
      {"gamma and beta are chosen by the row: they go with the column.",
       [&](double z, int64_t r, int64_t) { return z * g(r) + b(r); }},
      {"gamma is chosen by the row: it goes with the column.",
       [&](double z, int64_t r, int64_t c) { return z * g(r) + b(c); }},
      {"beta is chosen by the row: it goes with the column.",
       [&](double z, int64_t r, int64_t c) { return z * g(c) + b(r); }},
      {"every column takes gamma[0].", [&](double z, int64_t, int64_t c) { return z * g(0) + b(c); }},
      {"every column takes beta[0].", [&](double z, int64_t, int64_t c) { return z * g(c) + b(0); }},
  };
  for (const Mistake& mistake : mistakes) {
    const bool fits = holds_for_wrong(e, 8, [&](int64_t i) -> std::optional<bool> {
      const int64_t row = i / e.columns, column = i % e.columns;
      if (std::fabs(g(column)) < 0.02) return std::nullopt;
      const double value = mistake.value((e.want_at(i) - b(column)) / g(column), row, column);
      return std::fabs(e.got_at(i) - value) <= 4 * e.bound[static_cast<size_t>(i)] + 1e-4 * std::fabs(value);
    });
    if (fits) return Pattern{"gamma-beta", fmt::format("The results are what comes out where {}", mistake.text)};
  }
  return std::nullopt;
}

/// u = s z + t of the columns [begin, end) of one row, by least squares; worst: the largest distance from it.
struct Line {
  double s = 0, t = 0, worst = 0;
  int64_t points = 0;
};

Line line_of(const Evidence& e, const Affine& by, int64_t row, int64_t begin, int64_t end) {
  std::vector<double> z, u;
  for (int64_t c = begin; c < end; ++c) {
    const int64_t i = row * e.columns + c;
    const double gamma = by.gamma->at(c), beta = by.beta->at(c);
    if (std::fabs(gamma) < 0.1 || !std::isfinite(e.got_at(i))) continue;
    z.push_back((e.want_at(i) - beta) / gamma);
    u.push_back((e.got_at(i) - beta) / gamma);
  }
  Line line;
  line.points = static_cast<int64_t>(z.size());
  double x = 0, y = 0, xx = 0, xy = 0;
  const auto n = static_cast<double>(z.size());
  for (size_t k = 0; k < z.size(); ++k) x += z[k], y += u[k], xx += z[k] * z[k], xy += z[k] * u[k];
  const double spread = n * xx - x * x;
  if (line.points < 4 || spread < 1e-9 * n * n) return {};
  line.s = (n * xy - x * y) / spread;
  line.t = (y - line.s * x) / n;
  for (size_t k = 0; k < z.size(); ++k) {
    line.worst = std::max(line.worst, std::fabs(u[k] - line.s * z[k] - line.t) / (1 + std::fabs(u[k])));
  }
  return line;
}

/// The root of the variance of a row of x; 0 where x is not there.
double deviation_of(const Evidence& e, int64_t row) {
  const auto x = e.context.inputs->find("x");
  if (x == e.context.inputs->end() || x->second.count() != e.total()) return 0;
  double sum = 0, squares = 0;
  const auto n = static_cast<double>(e.columns);
  for (int64_t c = 0; c < e.columns; ++c) sum += x->second.at(row * e.columns + c);
  for (int64_t c = 0; c < e.columns; ++c) squares += std::pow(x->second.at(row * e.columns + c) - sum / n, 2);
  return std::sqrt(squares / n);
}

std::optional<Pattern> find_lines(const Evidence& e, const Affine& by) {
  double least = INFINITY, most = -INFINITY, shift = 0;
  int64_t rows = 0, fitting = 0, without_root = 0;
  for (int64_t row = 0; row < e.total() / e.columns; ++row, ++rows) {
    const Line line = line_of(e, by, row, 0, e.columns);
    if (line.points == 0 || line.worst > 2e-4) continue;
    ++fitting;
    without_root += std::fabs(line.s * deviation_of(e, row) - 1) < 1e-3 ? 1 : 0;
    least = std::min(least, line.s);
    most = std::max(most, line.s);
    shift = std::max(shift, std::fabs(line.t));
  }
  if (fitting < 2 || fitting * 10 < rows * 9) return std::nullopt;
  const double middle = (least + most) / 2;
  const bool one_factor = most - least <= 2e-5 * std::fabs(middle), shifted = shift > 1e-4;
  if (!shifted && one_factor && std::fabs(middle - 1) > 2e-5) {
    return Pattern{"scaled",
                   fmt::format("y - beta is {:.6g} times what is right, in every row{}: the deviation that it is "
                               "divided by is too {}.",
                               middle, factor_in_words(e, middle), std::fabs(middle) < 1 ? "large" : "small")};
  }
  if (!shifted && !one_factor && without_root == fitting) {
    return Pattern{"scaled-rows",
                   "In each row y - beta is right but for one more division by the row's deviation: the root of the "
                   "variance is missing."};
  }
  if (!shifted && !one_factor) {
    return Pattern{"scaled-rows",
                   fmt::format("In each row y - beta is right up to a factor of its own ({:.6g} to {:.6g}): "
                               "its mean is right, and its deviation is not.",
                               least, most)};
  }
  if (shifted && std::fabs(least - 1) < 2e-3 && std::fabs(most - 1) < 2e-3) {
    return Pattern{
        "shifted-rows",
        fmt::format("Each row is shifted by an amount of its own (up to {:.4g}) before gamma multiplies it: its "
                    "mean is wrong, or not taken off.",
                    shift)};
  }
  if (!shifted) return std::nullopt;
  return Pattern{
      "scaled-rows",
      fmt::format("In each row y - beta is right but for a factor ({:.6g} to {:.6g}) and an amount (up to {:.4g} "
                  "before gamma) of its own: its mean and its deviation are both wrong. What is each summed "
                  "over, and divided by?",
                  least, most, shift)};
}

/// Each run of 32 columns by itself is a line: one warp's mean or deviation.
std::optional<Pattern> find_warp_lines(const Evidence& e, const Affine& by) {
  constexpr int64_t warp = 32;
  if (e.columns < 2 * warp) return std::nullopt;
  int64_t runs = 0, fitting = 0;
  for (int64_t row = 0; row < e.total() / e.columns; ++row) {
    for (int64_t c = 0; c + warp <= e.columns; c += warp, ++runs) {
      const Line line = line_of(e, by, row, c, c + warp);
      fitting += line.points >= 16 && line.worst <= 2e-4 ? 1 : 0;
    }
  }
  if (runs < 4 || fitting * 10 < runs * 9) return std::nullopt;
  return Pattern{
      "scaled-warps",
      "Within a row, each run of 32 columns has a mean or a deviation of its own: it was made by one warp alone. "
      "A warp's sum is not yet that of its block."};
}

}  // namespace

std::optional<Pattern> find_affine(const Evidence& e) {
  const std::optional<Affine> by = affine_of(e);
  if (!by || e.wrong_count() * 4 < e.total()) return std::nullopt;
  if (auto mistake = find_mistake(e, *by)) return mistake;
  if (auto lines = find_lines(e, *by)) return lines;
  return find_warp_lines(e, *by);
}

}  // namespace tritutor
