// Outputs that were not, or not all, written, and results that are no finite numbers.

#include <fmt/format.h>

#include <cmath>

#include "grader/judge/pattern.h"

namespace tritutor {
namespace {

/// Only the first block's worth of elements was written, though there are more blocks.
std::optional<Pattern> find_same_place(const Evidence& e) {
  const auto block = static_cast<int64_t>(e.context.block_threads);
  const int64_t written = e.total() - e.unwritten_count;
  if (e.rows > 1 || block < 2 || e.context.grid_blocks < 2 || written == 0 || written % block != 0) return std::nullopt;
  // As many blocks as it takes to cover the output, and what one of them covers was written: else the grid is too
  // small.
  if (static_cast<int64_t>(e.context.grid_blocks) != (e.total() + written - 1) / written) return std::nullopt;
  const int64_t a_thread = written / block;
  if (a_thread > 16 || e.unwritten[static_cast<size_t>(written) - 1] != 0) return std::nullopt;
  for (int64_t i = 0; i < written; ++i) {
    if (e.unwritten[static_cast<size_t>(i)] != 0) return std::nullopt;
  }
  const std::string share =
      a_thread == 1 ? "as a block has threads" : fmt::format("as {} for each thread of a block", a_thread);
  return Pattern{"same-place",
                 fmt::format("Never written: every index >= {}. Just as many were {}, and the plan asks for {} blocks: "
                             "they all store to the same places. Does blockIdx take part in the index?",
                             written, share, e.context.grid_blocks)};
}

/// "The result is" or "3 of 7 elements are".
std::string so_many(const Evidence& e, int64_t count) {
  if (count == e.total()) return count == 1 ? "The result is" : fmt::format("All {} elements are", count);
  return fmt::format("{} of {} elements are", count, e.total());
}

}  // namespace

std::optional<Pattern> find_unwritten(const Evidence& e) {
  if (e.unwritten_count == 0) return std::nullopt;
  if (e.unwritten_count == e.total()) {
    if (e.got.type != reference::Type::f32 && e.total() == 1) {
      return Pattern{
          "never-written",
          fmt::format("The output holds {0:.0f}, as it did before the kernel ran. Was it never stored to, or "
                      "is {0:.0f} a starting value that nothing replaced?",
                      e.got_at(0))};
    }
    return Pattern{"never-written",
                   "Nothing was written: the output still holds what it held before the kernel ran. Does any thread "
                   "reach the store, and is it this buffer that it stores to?"};
  }
  if (auto same = find_same_place(e)) return same;
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
                   fmt::format("{} NaN{}. It comes from inf - inf, 0 / 0, 0 * inf or the root of a negative number: "
                               "which of them can happen here?",
                               so_many(e, nan_count), at_place(e, nan))};
  }
  if (infinite_count > 0) {
    return Pattern{"infinite", fmt::format("{} infinite where a finite value is right{}. Which intermediate value "
                                           "leaves the range of its type, or is divided by zero?",
                                           so_many(e, infinite_count), at_place(e, infinite))};
  }
  return std::nullopt;
}

}  // namespace tritutor
