#include "app/notes/snippet.h"

#include <sstream>

namespace tritutor {

namespace {

constexpr std::string_view fence = "```", open = "<!-- ", close = "-->";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string without_close(std::string_view text) {
  std::string_view kept = text.substr(0, text.find(close));
  while (kept.ends_with(' ')) kept.remove_suffix(1);
  return std::string(kept);
}

/// Reads the comment whose first line is lines[at].
void read_mark(const std::vector<std::string>& lines, size_t at, const std::string& before, Snippet& snippet) {
  if (at >= lines.size() || !lines[at].starts_with(open)) return;
  const std::string first = without_close(lines[at].substr(open.size()));
  constexpr std::string_view fragment = "fragment: ";
  if (first == "compiles") snippet.kind = Snippet::Kind::compiles;
  if (first.starts_with(fragment)) {
    snippet.kind = Snippet::Kind::fragment;
    snippet.parameters = first.substr(fragment.size());
  }
  if (first != "run") return;
  snippet.kind = Snippet::Kind::run;
  for (++at; at < lines.size() && lines[at].find(close) == std::string::npos; ++at) {
    if (snippet.run.empty() && lines[at] == "with the one before") {
      snippet.code = before + snippet.code;
    } else {
      snippet.run.push_back(lines[at]);
    }
  }
}

}  // namespace

std::vector<Snippet> snippets_of(std::string_view markdown, std::string_view language) {
  const std::vector<std::string> lines = lines_of(markdown);
  std::vector<Snippet> snippets;
  for (size_t at = 0; at < lines.size(); ++at) {
    if (!lines[at].starts_with(fence)) continue;
    Snippet snippet;
    snippet.language = lines[at].substr(fence.size());
    snippet.line = static_cast<int>(at) + 2;
    for (++at; at < lines.size() && !lines[at].starts_with(fence); ++at) snippet.code += lines[at] + "\n";
    if (snippet.language != language) continue;
    read_mark(lines, at + 1, snippets.empty() ? "" : snippets.back().code, snippet);
    snippets.push_back(std::move(snippet));
  }
  return snippets;
}

std::vector<std::string> fence_languages(std::string_view markdown) {
  std::vector<std::string> languages;
  bool inside = false;
  for (const std::string& line : lines_of(markdown)) {
    if (!line.starts_with(fence)) continue;
    inside = !inside;
    if (inside) languages.push_back(line.substr(fence.size()));
  }
  return languages;
}

}  // namespace tritutor
