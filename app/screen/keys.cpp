#include "app/screen/keys.h"

#include <cstddef>

namespace tritutor::screen {

namespace {

using Kind = Key::Kind;

struct Step {
  size_t bytes = 0;  ///< 0: more must come
  Key key;
};

/// No key's sequence is that long; what is, is dropped.
constexpr size_t longest_sequence = 32;

Kind kind_of_letter(char letter) {
  switch (letter) {
    case 'A':
      return Kind::up;
    case 'B':
      return Kind::down;
    case 'H':
      return Kind::home;
    case 'F':
      return Kind::end;
    case 'M':
      return Kind::enter;  // of the number pad
    default:
      return Kind::other;
  }
}

/// "ESC [ NUMBER ~"; a second number tells which modifiers were held.
Kind kind_of_number(std::string_view parameters) {
  const std::string_view number = parameters.substr(0, parameters.find(';'));
  if (number == "1" || number == "7") return Kind::home;
  if (number == "4" || number == "8") return Kind::end;
  if (number == "5") return Kind::page_up;
  if (number == "6") return Kind::page_down;
  return Kind::other;
}

/// ECMA-48: parameters and intermediates from 0x20 to 0x3F, then one final byte from 0x40 to 0x7E.
Step control_sequence(std::string_view text) {
  if (text.size() > 2 && text[2] == '[') {  // the Linux console's function keys: ESC [ [ A
    return text.size() > 3 ? Step{4, {Kind::other, ""}} : Step{};
  }
  for (size_t at = 2; at < text.size(); ++at) {
    const char c = text[at];
    if (c >= 0x20 && c <= 0x3F) continue;
    if (c < 0x40 || c > 0x7E) return {at, {Kind::other, ""}};  // torn: what follows is no part of it
    const Kind kind = c == '~' ? kind_of_number(text.substr(2, at - 2)) : kind_of_letter(c);
    return {at + 1, {kind, ""}};
  }
  return text.size() > longest_sequence ? Step{text.size(), {Kind::other, ""}} : Step{};
}

Step after_escape(std::string_view text) {
  if (text.size() == 1) return {};
  if (text[1] == '[') return control_sequence(text);
  if (text[1] == 'O') return text.size() > 2 ? Step{3, {kind_of_letter(text[2]), ""}} : Step{};
  return {1, {Kind::escape, ""}};  // Escape, and the next key close behind it
}

Step character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {1, {Kind::text, std::string(1, text[0])}};
  const size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return {1, {Kind::other, ""}};
  for (size_t at = 1; at < bytes; ++at) {
    if (at >= text.size()) return {};
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) return {at, {Kind::other, ""}};
  }
  return {bytes, {Kind::text, std::string(text.substr(0, bytes))}};
}

Step first_key(std::string_view text) {
  const char c = text[0];
  if (c == '\x1b') return after_escape(text);
  if (c == '\r' || c == '\n') return {1, {Kind::enter, ""}};
  if (c == '\t') return {1, {Kind::tab, ""}};
  if (c == '\x7f' || c == '\b') return {1, {Kind::backspace, ""}};
  if (c >= 1 && c <= 26) return {1, {Kind::control, std::string(1, static_cast<char>('a' + c - 1))}};
  if (c >= 0 && c < 0x20) return {1, {Kind::other, ""}};
  return character(text);
}

}  // namespace

std::vector<Key> KeyDecoder::feed(std::string_view bytes) {
  pending_ += bytes;
  std::vector<Key> keys;
  size_t at = 0;
  while (at < pending_.size()) {
    const Step step = first_key(std::string_view(pending_).substr(at));
    if (step.bytes == 0) break;
    at += step.bytes;
    keys.push_back(step.key);
  }
  pending_.erase(0, at);
  return keys;
}

std::vector<Key> KeyDecoder::give_up() {
  const bool escape = pending_ == "\x1b";
  pending_.clear();
  return escape ? std::vector<Key>{{Kind::escape, ""}} : std::vector<Key>{};
}

}  // namespace tritutor::screen
