// Results that are right but for rounding, and how coarse the rounding was.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "grader/judge/pattern.h"
#include "reference/half.h"

namespace tritutor {
namespace {

/// Errors relative to the magnitude they scale with, over all elements that have one.
struct Errors {
  int64_t count = 0;
  double rms = 0, largest = 0, mean = 0;
};

Errors relative_errors(const Evidence& e) {
  Errors out;
  double squares = 0, sum = 0;
  for (int64_t i = 0; i < e.total(); ++i) {
    const double magnitude = e.want.magnitude[static_cast<size_t>(i)];
    if (!(magnitude > 0) || !std::isfinite(magnitude)) continue;
    const double error = std::fabs(e.got_at(i) - e.want_at(i)) / magnitude;
    if (!std::isfinite(error)) continue;
    ++out.count;
    squares += error * error;
    sum += error;
    out.largest = std::max(out.largest, error);
  }
  if (out.count > 0) {
    out.rms = std::sqrt(squares / static_cast<double>(out.count));
    out.mean = sum / static_cast<double>(out.count);
  }
  return out;
}

double root_mean_square(const std::vector<double>& values) {
  double squares = 0;
  for (const double v : values) squares += std::isfinite(v) ? v * v : 0;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

}  // namespace

/// Every result a half-precision number is no chance (1 in 8192 each), unless they are small whole numbers anyway: but
/// only where the results are near what is right, and where many differ, or the one there is has bits to show.
std::optional<Pattern> find_half_precision(const Evidence& e) {
  if (e.got.type != reference::Type::f32) return std::nullopt;
  int64_t telling = 0, near = 0;
  std::set<double> different;
  for (int64_t i = 0; i < e.total(); ++i) {
    const double got = e.got_at(i);
    if (!std::isfinite(got)) continue;
    if (reference::half_to_double(reference::double_to_half(got)) != got) return std::nullopt;
    const double want = e.want_at(i);
    const bool want_is_half = reference::half_to_double(reference::double_to_half(want)) == want;
    if (want_is_half || (got == std::floor(got) && std::fabs(got - want) > 0x1p-10 * std::fabs(want))) continue;
    ++telling;
    near += std::fabs(got - want) <= 0.25 * std::fabs(want) ? 1 : 0;
    if (different.size() < 4) different.insert(got);
  }
  if (telling < std::min<int64_t>(8, e.total()) || near * 10 < telling * 9) return std::nullopt;
  if (e.total() > 1 && different.size() < 4) return std::nullopt;
  return Pattern{"half-precision",
                 fmt::format("{} a half-precision (f16) number, with 11 significant bits where f32 has 24. Which "
                             "variable holds the sum or the result in between, and of what type is it?",
                             e.total() == 1 ? "The result is" : "Every result is")};
}

/// tf32 keeps 10 bits of an input's fraction: an error of 2^-11.75 of a product in the mean (both factors), and with
/// random signs 1/sqrt(L) of that for a sum of L products, relative to sum |a||b|. f32 itself is a thousand times
/// finer. Cut off instead of rounded, every product is too small by about 2^-10.5, whatever L.
std::optional<Pattern> find_tf32(const Evidence& e) {
  if (e.got.type != reference::Type::f32 || e.total() < 8) return std::nullopt;
  const Errors errors = relative_errors(e);
  if (errors.count < 8 || errors.largest > 0x1p-9) return std::nullopt;
  const double one_product = errors.rms * std::sqrt(e.length);
  const bool rounded = one_product > 0x1p-13 && one_product < 0x1p-9;
  const double spread = std::sqrt(std::max(0.0, errors.rms * errors.rms - errors.mean * errors.mean));
  const bool cut = errors.rms > 0x1p-12 && spread < 0.25 * errors.mean;
  if (!rounded && !cut) return std::nullopt;
  return Pattern{
      "tf32", fmt::format("The results are right to about 3 digits (largest error {:.1e} of the terms added): that is "
                          "what inputs rounded to 10 bits of fraction give, as in tf32 tensor-core arithmetic or "
                          "f16. This exercise asks for f32 arithmetic.",
                          errors.largest)};
}

std::optional<Pattern> find_small_errors(const Evidence& e) {
  double squares = 0, worst = 0;
  for (const int64_t i : e.wrong_at) {
    const double error = std::fabs(e.got_at(i) - e.want_at(i));
    const double ratio = error / e.bound[static_cast<size_t>(i)];  // inf where only the exact value will do
    // Of a single result there is no telling rounding from a term too many but by its size.
    if (!(ratio <= (e.total() == 1 ? 16 : 100))) return std::nullopt;
    worst = std::max(worst, ratio);
    squares += error * error;
  }
  // A generous bound does not make a large error rounding.
  const double rms = std::sqrt(squares / static_cast<double>(e.wrong_count()));
  if (rms > 0.02 * root_mean_square(e.want.value)) return std::nullopt;
  return Pattern{"small-errors",
                 fmt::format("All errors are small, at most {:.3g} times what is allowed{}: it looks like "
                             "rounding. The order of a long sum, an approximate function, or a difference of "
                             "two large numbers can cost this much.",
                             worst, at_place(e, e.wrong))};
}

}  // namespace tritutor
