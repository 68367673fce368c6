#pragma once

#include <filesystem>
#include <string>

namespace tritutor {

/// Whether the file of --svg can be written: asked before anything is timed, since that takes a while. Throws
/// CommandError.
void check_writable(const std::filesystem::path& file);

void write_svg(const std::string& file, const std::string& text);

}  // namespace tritutor
