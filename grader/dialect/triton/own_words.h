#pragma once
// What the judge says of a result, in a Triton programmer's words: it thinks of threads and blocks.

#include <span>
#include <string>
#include <utility>

namespace tritutor {

/// Sentences, or parts of some, of the judge's, and what stands in their place.
std::span<const std::pair<std::string_view, std::string_view>> triton_words();

std::string in_triton_words(std::string text);

}  // namespace tritutor
