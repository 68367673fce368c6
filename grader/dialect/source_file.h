#pragma once
// A learner's file as text, whatever it really is.

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace tritutor {

/// A file cannot be read as source text. what() names it, says why, and the next step.
class SourceFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr uint64_t max_source_bytes = uint64_t{4} << 20;

/// The text of a regular file, `shown` as its name in errors, without a byte-order mark. Throws SourceFileError for
/// what is no regular file (it is not read: a pipe or a device has no end), is too large, or is no text.
std::string read_source_file(const std::filesystem::path& file, const std::string& shown,
                             uint64_t most_bytes = max_source_bytes);

}  // namespace tritutor
