#include "app/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "app/terminal.h"

namespace tritutor {

namespace {

struct CodePoint {
  uint32_t value = 0;
  size_t bytes = 0;  ///< 0: what stands here is no UTF-8
};

/// Shortest forms alone, no surrogates (RFC 3629).
CodePoint code_point_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
  const uint32_t first = byte(at);
  if (first < 0x80) return {first, 1};
  const size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + bytes > text.size()) return {};
  uint32_t value = first & (0x7Fu >> bytes);
  for (size_t i = at + 1; i < at + bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3F);
  }
  constexpr uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < least[bytes] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, bytes};
}

bool is_shown(uint32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n';
  if (c >= 0x7F && c < 0xA0) return false;                   // DEL and C1
  if (c == 0xAD || c == 0x61C || c == 0xFEFF) return false;  // soft hyphen, Arabic letter mark, byte-order mark
  if (c >= 0x200B && c <= 0x200F) return false;              // no width, and direction marks
  if (c >= 0x2028 && c <= 0x202E) return false;              // line and paragraph separators, embeddings, overrides
  if (c >= 0x2060 && c <= 0x206F) return false;              // word joiner, isolates, deprecated formats
  return c != 0xFFF9 && c != 0xFFFA && c != 0xFFFB && (c < 0xE0000 || c > 0xE007F);  // annotations, tags
}

std::string cleaned(std::string_view text, bool keeps_lines, bool keeps_style) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    if (keeps_style && text[at] == '\x1b') {
      if (const size_t bytes = Style::code_at(text.substr(at)); bytes > 0) {
        out += text.substr(at, bytes);
        at += bytes;
        continue;
      }
    }
    const CodePoint point = code_point_at(text, at);
    if (point.bytes == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at++]));
      continue;
    }
    if (point.value == '\n' && !keeps_lines) {
      out += "\\n";
    } else if (is_shown(point.value)) {
      out += text.substr(at, point.bytes);
    } else if (point.value < 0x80) {
      out += fmt::format("\\x{:02x}", point.value);
    } else {
      out += fmt::format("\\u{:04x}", point.value);
    }
    at += point.bytes;
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) { return cleaned(text, true, false); }
std::string printable_line(std::string_view text) { return cleaned(text, false, false); }
std::string printable_styled(std::string_view text) { return cleaned(text, true, true); }

}  // namespace tritutor
