#pragma once

#include <string_view>
#include <vector>

#include "reference/array.h"

namespace reference {

/// What is right for one output, element by element in row-major order.
struct Expected {
  std::vector<double> value;
  /// What the rounding error of each element scales with: sum |a||b| for a dot product, sum |x| for a sum,
  /// |value| for one rounding. Never smaller than |value|, except where only the exact value will do.
  std::vector<double> magnitude;
};

/// A reference function: inputs and numbers in, one Expected for each output argument in signature order.
using Function = std::vector<Expected> (*)(const Arrays& inputs, const Values& values);

/// The reference of an exercise by its slug ("vector_scaling"), nullptr where there is none.
Function find(std::string_view slug);
std::vector<std::string_view> function_names();

}  // namespace reference
