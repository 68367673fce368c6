#pragma once
// Places in files that a terminal opens when they are clicked on (OSC 8).

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace tritutor::screen {

inline constexpr std::string_view link_end = "\x1b]8;;\x1b\\";

/// Bytes of the link's begin or end that the text begins with; 0: it begins with none.
size_t link_at(std::string_view text);
inline bool is_link(std::string_view sequence) { return sequence.starts_with("\x1b]8;"); }

/// Whether such links are understood or passed over: by TERM, TERM_PROGRAM and VTE_VERSION.
bool shows_links(const std::function<const char*(const char* name)>& environment);

/// The address of a file: "file://HOST/PATH", with what an address cannot hold written as %20. In an editor's own
/// terminal `host` is empty.
std::string file_uri(const std::filesystem::path& absolute, std::string_view host);

/// Text with a link at each "NAME:LINE" or "NAME:LINE:COLUMN"; the line is the address's fragment, as VS Code, iTerm2
/// and kitty read it.
std::string with_links(std::string_view text, std::string_view name, std::string_view uri);

}  // namespace tritutor::screen
