#pragma once
// What the wrong elements of an output have in common: where they are, and how they relate to what was wanted.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "grader/judge/compare.h"

namespace tritutor {

/// Everything there is to look at. Element indices are flat; matrices are the last two dimensions.
struct Evidence {
  Evidence(const reference::Array& got, const reference::Expected& want, double length, const CompareContext& context);

  /// Adds element i to the wrong ones. Call in ascending order.
  void mark_wrong(int64_t i, bool never_written);

  int64_t total() const { return static_cast<int64_t>(value.size()); }
  int64_t wrong_count() const { return static_cast<int64_t>(wrong_at.size()); }
  double want_at(int64_t i) const { return want.value[static_cast<size_t>(i)]; }
  double got_at(int64_t i) const { return value[static_cast<size_t>(i)]; }

  const reference::Array& got;
  const reference::Expected& want;
  const CompareContext& context;
  double length;                  ///< of the reduction behind each element, at least 1
  std::vector<double> value;      ///< got, widened
  std::vector<double> bound;      ///< allowed for each element
  std::vector<char> wrong;        ///< 1 where wrong
  std::vector<char> unwritten;    ///< 1 where wrong because nothing was written
  std::vector<int64_t> wrong_at;  ///< the wrong ones, ascending
  int64_t unwritten_count = 0;
  int64_t rows = 1, columns = 1;  ///< of the last two dimensions; a vector is one row
};

struct Pattern {
  std::string id, text;
  int weight = 0;  ///< as of a Mismatch; set by name_pattern
};

/// The most specific pattern that fits; "scattered" where none does.
Pattern name_pattern(const Evidence& evidence);

/// As of a Mismatch: how well a pattern is borne out.
int weight_of(const Evidence& evidence, const Pattern& pattern);

/// As of a Mismatch: whether what is found here is likely to be found on other data too.
int plainness_of(const Evidence& evidence);

using Detector = std::optional<Pattern> (*)(const Evidence&);

// pattern_unwritten.cpp: nothing, or not all, was written; results that are no numbers.
std::optional<Pattern> find_unwritten(const Evidence& evidence);
std::optional<Pattern> find_not_finite(const Evidence& evidence);
// pattern_inputs.cpp: relations to the case's inputs.
std::optional<Pattern> find_input_copy(const Evidence& evidence);
std::optional<Pattern> find_partial_sum(const Evidence& evidence);
std::optional<Pattern> find_wrong_index(const Evidence& evidence);
std::optional<Pattern> find_wrong_element(const Evidence& evidence);
std::optional<Pattern> find_other_input(const Evidence& evidence);
std::optional<Pattern> find_other_formula(const Evidence& evidence);
// pattern_values.cpp: relations of the results to what was wanted.
std::optional<Pattern> find_constant(const Evidence& evidence);
std::optional<Pattern> find_scaled(const Evidence& evidence);
std::optional<Pattern> find_offset(const Evidence& evidence);
std::optional<Pattern> find_transposed(const Evidence& evidence);
std::optional<Pattern> find_shifted(const Evidence& evidence);
std::optional<Pattern> find_clamped(const Evidence& evidence);
// pattern_product.cpp, pattern_affine.cpp, pattern_rows.cpp, pattern_mask.cpp: a known formula with one thing wrong.
std::optional<Pattern> find_product(const Evidence& evidence);
std::optional<Pattern> find_affine(const Evidence& evidence);
std::optional<Pattern> find_wrong_axis(const Evidence& evidence);
std::optional<Pattern> find_constant_rows(const Evidence& evidence);
std::optional<Pattern> find_scaled_warps(const Evidence& evidence);
std::optional<Pattern> find_scaled_exponents(const Evidence& evidence);
std::optional<Pattern> find_mask(const Evidence& evidence);
// pattern_precision.cpp: right but for rounding.
std::optional<Pattern> find_half_precision(const Evidence& evidence);
std::optional<Pattern> find_tf32(const Evidence& evidence);
std::optional<Pattern> find_small_errors(const Evidence& evidence);
// pattern_place.cpp: where the wrong elements are.
std::optional<Pattern> find_place(const Evidence& evidence);

/// Where the flagged elements of an output are: id as of a Pattern, text a noun phrase ("every index >= 1024"), or
/// nullopt where they follow no rule. All of them are "everywhere".
std::optional<Pattern> describe_place(const Evidence& evidence, const std::vector<char>& flags);

/// The phrase of describe_place to append to a sentence: empty where it is everywhere, " (at scattered places)", ...
std::string at_place(const Evidence& evidence, const std::vector<char>& flags);

/// What a factor is made of: " (sqrt((n - 1) / n) for n = 1000)", from the case's sizes and scalars; empty where none
/// of them is it.
std::string factor_in_words(const Evidence& evidence, double factor);

/// Whether `holds` is true for nearly all wrong elements that can be tested: it returns nullopt for those that cannot.
/// At least `least` must have been tested, and half of all. Large outputs are sampled.
bool holds_for_wrong(const Evidence& evidence, int64_t least, const std::function<std::optional<bool>(int64_t)>& holds);

/// Whether element i of the output holds `target`, within the element's own bound and f32 rounding of target.
bool is_near(const Evidence& evidence, int64_t i, double target);

}  // namespace tritutor
