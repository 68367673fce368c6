// Outputs that were not, or not all, written, and results that are no finite numbers.

#include <fmt/format.h>

#include <cmath>

#include "grader/judge/pattern.h"

namespace tritutor {

std::optional<Pattern> find_unwritten(const Evidence& e) {
  if (e.unwritten_count == 0) return std::nullopt;
  if (e.unwritten_count == e.total()) {
    return Pattern{"never-written",
                   "Nothing was written: the output still holds what it held before the kernel ran. Does any thread "
                   "reach the store, and is it this buffer that it stores to?"};
  }
  const auto place = describe_place(e, e.unwritten);
  std::string text = place ? fmt::format("Never written: {}.", place->text)
                           : fmt::format("{} of {} elements were never written.", e.unwritten_count, e.total());
  const int64_t others = e.wrong_count() - e.unwritten_count;
  if (others > 0) text += fmt::format(" {} more hold a wrong value.", others);
  text += " Which thread should write them: is there one in the grid, and what keeps it from the store?";
  return Pattern{"partly-unwritten", std::move(text)};
}

std::optional<Pattern> find_not_finite(const Evidence& e) {
  std::vector<char> nan(e.wrong.size(), 0), infinite(e.wrong.size(), 0);
  int64_t nan_count = 0, infinite_count = 0;
  for (const int64_t i : e.wrong_at) {
    const auto at = static_cast<size_t>(i);
    if (std::isnan(e.value[at])) {
      nan[at] = 1;
      ++nan_count;
    } else if (std::isinf(e.value[at]) && std::isfinite(e.want_at(i))) {
      infinite[at] = 1;
      ++infinite_count;
    }
  }
  if (nan_count > 0) {
    return Pattern{"nan",
                   fmt::format("{} of {} elements are NaN{}. It comes from inf - inf, 0 / 0 or 0 * inf, the root of "
                               "a negative number, or from memory that nobody has set: which of them can happen "
                               "here?",
                               nan_count, e.total(), at_place(e, nan))};
  }
  if (infinite_count > 0) {
    return Pattern{"infinite", fmt::format("{} of {} elements are infinite where a finite value is right{}. Which "
                                           "intermediate value leaves the range of its type, or is divided by zero?",
                                           infinite_count, e.total(), at_place(e, infinite))};
  }
  return std::nullopt;
}

}  // namespace tritutor
