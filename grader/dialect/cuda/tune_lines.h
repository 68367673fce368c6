#pragma once
// What a CUDA C++ file says of itself to `tritutor tune`: comment lines such as
//
//   // tune: BLOCK=128,256,512 EACH=2,4
//
// that name constants of the file and values to try; of several, every combination. A constant is `constexpr int BLOCK
// = 256;`, at whatever place in a declaration, or `#define BLOCK 256`.

#include <map>
#include <string>

#include "grader/dialect/dialect.h"

namespace tritutor {

/// Every combination, the first name's values changing last. A line that cannot be followed is a refusal of kind
/// "tune" with its place.
Configurations tune_configurations(const std::string& file, const std::string& source);

/// The source with other values for its constants. What it does not define stays as it is.
std::string with_values(const std::string& source, const std::map<std::string, std::string>& values);

}  // namespace tritutor
