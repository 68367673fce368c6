#pragma once
// Outputs at the sizes of a GPU held against the reference: every element where that takes a second or two, else
// elements spread over all of an output, drawn anew each time.

#include <cstdint>
#include <optional>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/judge/compare.h"
#include "reference/array.h"
#include "reference/functions.h"

namespace tritutor {

struct FullCheckOptions {
  double work = 3e8;     ///< multiplications the reference may take
  unsigned threads = 0;  ///< 0: as many as there are cores
  uint64_t seed = 0;     ///< which elements are looked at where not all are
};

/// The first output that is not right, `outputs` in the order of the arguments. Elements that still hold poison (every
/// byte 0xFF) are wrong wherever they are.
std::optional<Mismatch> check_in_full(const Exercise& exercise, const Case& large, const reference::Arrays& inputs,
                                      const std::vector<reference::Array>& outputs, const FullCheckOptions& options);

/// What is right for every output, all of it: for outputs that are small.
std::vector<reference::Expected> expected_in_full(const Exercise& exercise, const Case& large,
                                                  const reference::Arrays& inputs, unsigned threads);

}  // namespace tritutor
