#pragma once
// The notes, the cheatsheet and the pages of `explain` as HTML files: no network, no script, light and dark.

#include <filesystem>
#include <string>

#include "app/notes/note.h"

namespace tritutor {

/// One note's page. Its pictures are within it; `pictures` is the folder that they are named from.
std::string html_page(const Note& note, const std::filesystem::path& pictures);

/// Writes all of `notes` (index.html, patterns.html, explain/race.html, ...) into a folder, which is made where it is
/// not there. Throws CommandError.
void write_html(const std::filesystem::path& notes, const std::filesystem::path& folder);

}  // namespace tritutor
