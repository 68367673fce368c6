#include "grader/judge/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tritutor {
namespace {

// From the most specific to the least: a copy of the input is also "transposed" for a transpose, all zeros are also
// "constant", and nearly anything is wrong at some place.
constexpr Detector kDetectors[] = {
    find_unwritten,     find_wrong_element,  find_not_finite, find_wrong_index,      find_input_copy,
    find_constant,      find_partial_sum,    find_product,    find_wrong_axis,       find_affine,
    find_mask,          find_scaled,         find_offset,     find_scaled_exponents, find_transposed,
    find_other_input,   find_clamped,        find_shifted,    find_scaled_warps,     find_constant_rows,
    find_other_formula, find_half_precision, find_tf32,       find_small_errors,     find_place,
};

}  // namespace

Evidence::Evidence(const reference::Array& got_, const reference::Expected& want_, double length_,
                   const CompareContext& context_)
    : got(got_), want(want_), context(context_), length(std::max(1.0, length_)) {
  const auto n = std::min<int64_t>(got.count(), static_cast<int64_t>(want.value.size()));
  value.resize(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) value[static_cast<size_t>(i)] = got.at(i);
  bound.resize(value.size());
  wrong.resize(value.size());
  unwritten.resize(value.size());
  columns = std::max<int64_t>(1, n);
  if (const size_t d = got.shape.size(); d >= 2 && got.shape[d - 1] > 1 && got.shape[d - 2] > 1) {
    rows = got.shape[d - 2];
    columns = got.shape[d - 1];
  }
}

void Evidence::mark_wrong(int64_t i, bool never_written) {
  wrong[static_cast<size_t>(i)] = 1;
  wrong_at.push_back(i);
  if (never_written) {
    unwritten[static_cast<size_t>(i)] = 1;
    ++unwritten_count;
  }
}

bool is_near(const Evidence& e, int64_t i, double target) {
  const double got = e.got_at(i);
  if (got == target) return true;
  return std::fabs(got - target) <= e.bound[static_cast<size_t>(i)] + 1e-6 * std::fabs(target);
}

bool holds_for_wrong(const Evidence& e, int64_t least, const std::function<std::optional<bool>(int64_t)>& holds) {
  constexpr int64_t kSample = 4096;
  const int64_t count = e.wrong_count();
  const int64_t step = std::max<int64_t>(1, count / kSample);
  const int64_t sampled = (count + step - 1) / step;
  int64_t tested = 0, held = 0;
  for (int64_t k = 0; k < count; k += step) {
    const std::optional<bool> answer = holds(e.wrong_at[static_cast<size_t>(k)]);
    if (!answer) continue;
    ++tested;
    held += *answer ? 1 : 0;
    if ((tested - held) * 20 > sampled) return false;
  }
  return tested >= least && 2 * tested >= sampled && held * 20 >= tested * 19;
}

Pattern name_pattern(const Evidence& evidence) {
  for (const Detector detector : kDetectors) {
    if (auto pattern = detector(evidence)) {
      pattern->weight = weight_of(evidence, *pattern);
      return *pattern;
    }
  }
  if (evidence.total() == 1) return {"scattered", "The one result is wrong, and fits no pattern known here."};
  if (evidence.wrong_count() * 20 > evidence.total() * 19) {
    return {
        "scattered",
        fmt::format("{} wrong, and the values fit no pattern known here. Work one element out by hand, the first one "
                    "above, on a small case.",
                    evidence.wrong_count() == evidence.total() ? "Every element is" : "Nearly all elements are")};
  }
  return {"scattered", fmt::format("{} of {} elements are wrong, at places that follow no rule: look for what the "
                                   "values decide, not the index.",
                                   evidence.wrong_count(), evidence.total())};
}

const std::vector<std::pair<std::string, std::string>>& mismatch_patterns() {
  static const std::vector<std::pair<std::string, std::string>> patterns = {
      {"never-written", "no element of the output was written"},
      {"partly-unwritten", "some elements were never written"},
      {"same-place", "only as many elements were written as one block has threads"},
      {"nan", "results are NaN where they should be numbers"},
      {"infinite", "results are infinite where they should be finite"},
      {"tie-order", "an index of an equal maximum, but not the lowest"},
      {"wrong-index", "an index that points at another value, or at nothing"},
      {"wrong-element", "the result is not the element asked for, or no element at all"},
      {"all-zero", "every result is 0"},
      {"constant", "every result is the same value"},
      {"equals-input", "the output is a copy of an input"},
      {"other-input", "every wrong result is the element of the other input"},
      {"other-formula", "the results follow another formula over the inputs"},
      {"partial-sum", "a sum or dot product over only a part of its terms"},
      {"added-twice", "every wrong result is twice what it should be"},
      {"negated", "every wrong result has the opposite sign"},
      {"scaled", "every wrong result is off by one constant factor"},
      {"offset", "every wrong result is off by one constant amount"},
      {"scaled-rows", "every wrong row is off by a factor of its own"},
      {"scaled-warps", "each run of 32 columns in a row is off by a factor of its own"},
      {"scaled-exponents", "a softmax whose exponents are off by a factor"},
      {"shifted-rows", "every wrong row is off by an amount of its own"},
      {"constant-rows", "every row holds one value"},
      {"wrong-axis", "the columns add up to 1 where the rows should"},
      {"gamma-beta", "gamma or beta is missing, or taken from the wrong place"},
      {"bias", "the bias is missing, taken from the wrong place, or added at the wrong time"},
      {"operand-transposed", "an operand of a product is read as if it were transposed"},
      {"other-mask", "a dropout keeps and drops other elements than it should"},
      {"repeating-mask", "a dropout's mask repeats from block to block"},
      {"transposed", "rows and columns are swapped, or the output is laid out column-major"},
      {"transposed-tiles", "the tiles are in place but transposed inside, or transposed inside but not moved"},
      {"off-by-one", "every wrong result is its neighbour's"},
      {"reversed", "the results stand in reverse order"},
      {"repeating", "the first block's results stand in every block's place"},
      {"shifted", "every wrong result belongs a constant number of elements away"},
      {"clamped", "results beyond a limit came out as the limit"},
      {"not-clamped", "results that should have been cut off at a limit were not"},
      {"half-precision", "every result is a half-precision number: f16 arithmetic or accumulation"},
      {"tf32", "the error is that of inputs rounded to 10 bits of fraction, as tf32 does"},
      {"small-errors", "every error is small: rounding, more than is allowed"},
      {"last-row", "only the last row is wrong"},
      {"last-column", "only the last column is wrong"},
      {"edge-tile", "only the partial tiles at the right or bottom edge are wrong"},
      {"rows", "only whole rows are wrong"},
      {"columns", "only whole columns are wrong"},
      {"one-row-in-each-tile", "one row in each tile is wrong, or the only one right"},
      {"one-column-in-each-tile", "one column in each tile is wrong, or the only one right"},
      {"tail", "everything from some index on is wrong, nothing before it"},
      {"head", "everything below some index is wrong, nothing after it"},
      {"range", "one stretch in the middle is wrong"},
      {"every-other", "every other element is wrong"},
      {"periodic", "what is wrong repeats with a fixed period"},
      {"large-sizes", "right at the sizes of the cases, but not at those of a GPU"},
      {"scattered", "none of the other patterns fits"},
  };
  return patterns;
}

}  // namespace tritutor
