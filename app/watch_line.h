#pragma once
// What a submission says, in one line.

#include <string>
#include <string_view>

namespace tritutor {

/// The verdict's first line, "FAIL  1.1 Vector scaling: 1 of 8 cases passed", with its colours; where there is no
/// verdict, the first line that says anything.
std::string headline_of(std::string_view said);

/// The first line that points into the file: "level1/vector_scaling.cu:7: out-of-bounds (255 times)". Empty: none
/// does.
std::string place_of(std::string_view said, std::string_view file);

/// Text without the colours of a Style.
std::string without_colors(std::string_view text);

}  // namespace tritutor
