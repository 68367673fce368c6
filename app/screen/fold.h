#pragma once
// Text as rows of a screen: broken at its width, with colours and links carried over the break.

#include <string>
#include <string_view>
#include <vector>

namespace tritutor::screen {

/// Bytes of the escape sequence that the text begins with, which takes no room: a Style's colour, or a link's begin or
/// end (OSC 8). 0: it begins with none.
size_t escape_at(std::string_view text);

/// The rows that text takes at a width, broken between words where there is one in a row's second half. Tabs become
/// spaces; each row ends the colour and the link that it is in.
std::vector<std::string> fold(std::string_view text, int width);

/// One line's first `width` columns, whatever stands there; colours and links end with it.
std::string clip(std::string_view line, int width);

/// Columns that a row takes; colours and links are counted off.
int columns_in(std::string_view row);

}  // namespace tritutor::screen
