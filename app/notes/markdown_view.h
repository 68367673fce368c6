#pragma once
// Markdown as a terminal shows it: wrapped, code indented, tables in columns, without Markdown's marks.
//
// Read are: paragraphs, "# " headings, "- " and "1. " items, fenced code, tables, `code`, **bold**, links, pictures
// (their words and their file). What stands between <!-- and --> is not shown.

#include <string>
#include <string_view>

#include "app/terminal.h"

namespace tritutor {

std::string view_markdown(std::string_view text, const Style& style, int width);

/// A piece of a line: `code`, **bold** and links, without their marks. Not wrapped.
std::string view_inline(std::string_view text, const Style& style);

/// The command that shows what a link of a note leads to: "tritutor explain race" for explain/race.md, "tritutor notes
/// patterns#softmax" for patterns.md#softmax; any other link as it is.
std::string shown_link(std::string_view target);

}  // namespace tritutor
