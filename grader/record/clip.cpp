#include "grader/record/clip.h"

#include <fmt/format.h>

#include <algorithm>

namespace tritutor {

std::string clipped(const std::string& text, size_t most) {
  if (text.size() <= most) return text;
  size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // within a character of UTF-8
  return text.substr(0, end) + fmt::format(" ... ({} more bytes)", text.size() - end);
}

nlohmann::json clipped(const nlohmann::json& value) {
  if (value.is_string()) return clipped(value.get_ref<const std::string&>(), max_recorded_text);
  if (!value.is_structured()) return value;
  nlohmann::json result = value.is_array() ? nlohmann::json::array() : nlohmann::json::object();
  if (value.is_object()) {
    for (const auto& [key, each] : value.items()) result[key] = clipped(each);
    return result;
  }
  const size_t kept = std::min(value.size(), max_recorded_entries);
  for (size_t i = 0; i < kept; ++i) result.push_back(clipped(value[i]));
  if (kept < value.size()) result.push_back(fmt::format("... {} more", value.size() - kept));
  return result;
}

}  // namespace tritutor
