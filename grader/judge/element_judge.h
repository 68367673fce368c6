#pragma once
// Single elements of an output held against the reference.

#include <cstdint>

#include "grader/curriculum/curriculum.h"
#include "reference/array.h"
#include "reference/functions.h"

namespace tritutor {

/// Says of each element of an output, by its flat index, whether it is right. What it is made of must outlive it.
class ElementJudge {
 public:
  /// `length` is the reduction length for the tolerance's growth; `before` what the output held before the run,
  /// nullptr: unknown.
  ElementJudge(const reference::Array& got, const reference::Expected& want, const Tolerance& tolerance, double length,
               const reference::Array* before);

  /// Elements that both sides have.
  int64_t total() const;
  /// |got - want| allowed.
  double bound(int64_t i) const { return slope_ * want_.magnitude[static_cast<size_t>(i)] + floor_; }
  /// An element still holding its poison is always wrong.
  bool wrong(int64_t i) const;
  /// Whether it still holds what it held before the run: its poison, where that is known, else all bits set.
  bool unwritten(int64_t i) const;

 private:
  const reference::Array& got_;
  const reference::Expected& want_;
  const reference::Array* before_;
  double slope_, floor_;  ///< bound_of is linear in the magnitude
};

}  // namespace tritutor
