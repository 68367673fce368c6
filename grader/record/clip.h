#pragma once
// What is recorded has a limit: a kernel may print, or a compiler complain, without end.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

namespace tritutor {

/// Most bytes of one recorded text, and most entries of one recorded list.
inline constexpr size_t max_recorded_text = size_t{16} << 10;
inline constexpr size_t max_recorded_entries = 500;

/// A text that is not longer than `most` bytes, cut between characters, with the number of bytes left out at its end.
std::string clipped(const std::string& text, size_t most);

/// The same value with every text and list in it cut; a list's last entry then says how many are left out.
nlohmann::json clipped(const nlohmann::json& value);

}  // namespace tritutor
