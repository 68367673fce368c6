#pragma once
// notes/*.md: what a learner reads before and beside the exercises.
//
//   # Title
//
//   The first paragraph says in a sentence or two what the note is about; the list of notes shows it.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tritutor {

struct Note {
  std::string name;  ///< the file's, before ".md"
  std::string title;
  std::string summary;  ///< the first paragraph, in one line
  std::string text;     ///< all of it, Markdown

  /// From a heading to the next of its rank, by its anchor ("tiled-product"); nullopt: there is no such heading.
  std::optional<std::string> section(std::string_view anchor) const;
  std::vector<std::string> anchors() const;  ///< of all headings below the title, in order
};

/// The names of the notes in the order in which they are read.
const std::vector<std::string>& note_names();

/// A note of a folder. Throws CommandError where it cannot be read or has no title.
Note read_note(const std::filesystem::path& folder, const std::string& name);

/// The Markdown of a note ("patterns") or of its section ("patterns#softmax"). Throws CommandError with the nearest
/// names where there is none.
std::string topic_text(const std::filesystem::path& folder, const std::string& topic);

/// "Online softmax, again" is online-softmax-again: as GitHub makes anchors.
std::string anchor_of(std::string_view heading);

/// Text without what stands between <!-- and -->, but in code.
std::string without_comments(std::string_view text);

}  // namespace tritutor
