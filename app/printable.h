#pragma once
// What somebody else wrote (a learner, a curriculum, a file system) must not be obeyed by a terminal.

#include <string>
#include <string_view>

namespace tritutor {

/// Text that a terminal shows and does nothing else with: control characters (ESC, BEL, C1, ...), bytes that are no
/// UTF-8, marks that turn the direction of text around and characters without width are spelled out ("\x1b", "\u202e").
/// Tabs stay, and line feeds too.
std::string printable(std::string_view text);

/// The same for what belongs on one line: a line feed is spelled out as well.
std::string printable_line(std::string_view text);

/// The same for text that tritutor's own colours are part of (Style): those stay.
std::string printable_styled(std::string_view text);

}  // namespace tritutor
