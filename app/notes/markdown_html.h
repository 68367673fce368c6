#pragma once
// Markdown as HTML, by libmd4c.

#include <string>
#include <string_view>

namespace tritutor {

/// The inside of a page's <body>, as libmd4c makes it of Markdown in GitHub's dialect. The library is opened at the
/// first call, so that the program starts without it. Throws CommandError where it is not there, or was not when
/// tritutor was built.
std::string markdown_to_html(std::string_view markdown);

}  // namespace tritutor
