#include "app/explain_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "app/home.h"
#include "app/notes/markdown_view.h"

namespace tritutor {

namespace {

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string_view word = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (word.starts_with(' ')) word.remove_prefix(1);
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

ExplainPage parse(const std::filesystem::path& file) {
  const auto fail = [&](const char* what) -> ExplainPageError {
    return ExplainPageError(fmt::format("{}: {}", file.string(), what));
  };
  std::istringstream in(read_text(file));
  std::string heading, marks;
  std::getline(in, heading);
  std::getline(in, marks);
  ExplainPage page;
  page.name = file.stem().string();
  const std::string begin = "# " + page.name + ": ";
  if (!heading.starts_with(begin)) throw fail("the first line should be \"# NAME: what it is, in a line\"");
  page.summary = heading.substr(begin.size());
  constexpr std::string_view open = "<!-- ", close = " -->", also = "; also: ";
  if (!marks.starts_with(open) || !marks.ends_with(close))
    throw fail("the second line should be \"<!-- GROUP; also: other, words -->\"");
  const std::string inner = marks.substr(open.size(), marks.size() - open.size() - close.size());
  const size_t at = inner.find(also);
  page.group = inner.substr(0, at);
  if (at != std::string::npos) page.also = split_words(std::string_view(inner).substr(at + also.size()));
  std::ostringstream rest;
  rest << in.rdbuf();
  page.text = rest.str();
  return page;
}

bool is_fence(std::string_view line) { return line.starts_with("```"); }

}  // namespace

bool ExplainPage::explains(std::string_view word) const {
  return name == word || std::find(also.begin(), also.end(), word) != also.end();
}

std::vector<ExplainPage> explain_pages(const std::filesystem::path& folder) {
  std::vector<ExplainPage> pages;
  for (const std::filesystem::path& file : files_in(folder, {".md"})) pages.push_back(parse(file));
  return pages;
}

std::string view_explain_page(const ExplainPage& page, const Style& style, int width) {
  const int prose = std::min(width, 100);  // longer lines are hard to read
  return wrap(style.bold(page.name) + ": " + page.summary, prose) + view_markdown(page.text, style, prose);
}

std::vector<std::string> cuda_snippets(const ExplainPage& page) {
  std::vector<std::string> snippets;
  std::istringstream in(page.text);
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (is_fence(line)) {
      inside = line == "```cuda";
      if (inside) snippets.emplace_back();
    } else if (inside) {
      snippets.back() += line + "\n";
    }
  }
  return snippets;
}

}  // namespace tritutor
