#pragma once
// The dialects that an exercise may be solved in, by name. What is done with a file of one: grader/dialect/.

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace tritutor {

enum class DialectId : uint8_t { cuda, triton };

inline constexpr std::array every_dialect{DialectId::cuda, DialectId::triton};

std::string_view name_of(DialectId dialect);       ///< "cuda", "triton": in verdicts, in the record, after --dialect
std::string_view title_of(DialectId dialect);      ///< "CUDA C++", "Triton": as a person reads it
std::string_view extension_of(DialectId dialect);  ///< of its files: ".cu", ".py"

std::optional<DialectId> dialect_named(std::string_view name);

/// By the file's name; CUDA C++ where that does not tell.
DialectId dialect_id_of(const std::filesystem::path& file);

}  // namespace tritutor
