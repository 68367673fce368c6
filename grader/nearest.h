#pragma once
// What a mistyped name was probably meant to be.

#include <string>
#include <string_view>
#include <vector>

namespace tritutor {

/// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
size_t edit_distance(std::string_view a, std::string_view b);

/// The candidates close enough to be what was meant, nearest first, at most `most`.
std::vector<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates, size_t most = 3);

}  // namespace tritutor
