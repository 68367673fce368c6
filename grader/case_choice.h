#pragma once
// A case that a learner asks for: one of the exercise's, or one with sizes of his own.

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "grader/curriculum/curriculum.h"

namespace tritutor {

struct CaseWish {
  std::string name;                           ///< of one of the exercise's cases; empty: see chosen_case
  std::map<std::string, std::string> values;  ///< sizes and scalars as they were typed
  std::map<std::string, std::string> inputs;  ///< kinds of inputs
  std::optional<uint64_t> seed;               ///< what the inputs are drawn from
};

/// A wish that cannot be met. what() says why, and what can be asked for.
class CaseWishError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The case as it will be run, with a seed. A wish for sizes or inputs starts from the case it names, else from the
/// case "hidden", whose data are ordinary, else from the first; what it does not name stays. A wish for nothing is the
/// first case. Throws CaseWishError.
Case chosen_case(const Exercise& exercise, const CaseWish& wish);

}  // namespace tritutor
