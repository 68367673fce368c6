#pragma once
// What is right at single elements of an output that is too large to compute as a whole.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "reference/functions.h"

namespace reference {

/// An input where it lies.
struct View {
  Type type = Type::f32;
  std::span<const std::byte> bytes;

  double at(int64_t i) const;  ///< element i, widened
};
using Views = std::map<std::string, View, std::less<>>;

/// Whether expected_at() knows an exercise: all but those whose outputs depend on every input element.
bool has_parts(std::string_view slug);

/// What an element costs: `work` multiplications, which `together` neighbours in a row of the output share.
struct PartCost {
  double work = 1;
  int64_t together = 1;
};
/// Of an exercise that has parts.
PartCost part_cost(std::string_view slug, const Values& values);

/// What is right at `elements` of an exercise's only output, flat indices in ascending order, from just the rows and
/// elements of the inputs that they depend on. nullopt where has_parts() is false. Throws std::invalid_argument where
/// an input or a number is missing.
std::optional<Expected> expected_at(std::string_view slug, const Views& inputs, const Values& values,
                                    std::span<const int64_t> elements);

}  // namespace reference
