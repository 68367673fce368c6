#pragma once
// notes/explain/: a page for each word that a verdict uses.
//
//   # race: two threads use one place at once, and one of them writes
//   <!-- finding; also: data-race, hazard -->
//
//   Markdown: paragraphs, "## " headings, "- " items, fenced code.

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "app/terminal.h"

namespace tritutor {

/// A page that is not of the form above. what() names the file and what it lacks.
class ExplainPageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ExplainPage {
  std::string name;               ///< also the file's, before ".md"
  std::string summary;            ///< a line
  std::string group;              ///< "finding", "pattern", "refusal" or "term"
  std::vector<std::string> also;  ///< other words that the page explains
  std::string text;               ///< Markdown, below the heading

  bool explains(std::string_view word) const;
};

/// Every *.md of a folder, by name. Throws ExplainPageError.
std::vector<ExplainPage> explain_pages(const std::filesystem::path& folder);

/// As a terminal shows it: wrapped, code indented, without Markdown's marks.
std::string view_explain_page(const ExplainPage& page, const Style& style, int width);

/// The code of the fences marked ```cuda.
std::vector<std::string> cuda_snippets(const ExplainPage& page);

}  // namespace tritutor
