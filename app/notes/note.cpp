#include "app/notes/note.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "app/error.h"
#include "app/home.h"
#include "grader/nearest.h"

namespace tritutor {

namespace {

struct Heading {
  size_t start, rank;  // byte, number of "#"
  std::string anchor;
};

std::vector<Heading> headings_of(std::string_view text) {
  std::vector<Heading> headings;
  bool code = false;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.starts_with("```")) code = !code;
    const size_t rank = line.find_first_not_of('#');
    if (!code && rank != std::string_view::npos && rank > 0 && line[rank] == ' ')
      headings.push_back({at, rank, anchor_of(line.substr(rank + 1))});
    at = end + 1;
  }
  return headings;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::vector<std::string> meant = nearest(word, known);
  return meant.empty() ? "" : fmt::format(" Did you mean {}?", fmt::join(meant, ", "));
}

}  // namespace

std::optional<std::string> Note::section(std::string_view anchor) const {
  const std::vector<Heading> headings = headings_of(text);
  for (size_t i = 0; i < headings.size(); ++i) {
    if (headings[i].anchor != anchor) continue;
    size_t next = i + 1;
    while (next < headings.size() && headings[next].rank > headings[i].rank) ++next;
    const size_t end = next < headings.size() ? headings[next].start : text.size();
    return text.substr(headings[i].start, end - headings[i].start);
  }
  return std::nullopt;
}

std::vector<std::string> Note::anchors() const {
  std::vector<std::string> anchors;
  for (Heading& heading : headings_of(text)) {
    if (heading.rank > 1) anchors.push_back(std::move(heading.anchor));
  }
  return anchors;
}

const std::vector<std::string>& note_names() {
  static const std::vector<std::string> names = {"fundamentals", "operations", "patterns", "autotuning", "debugging",
                                                 "roadmap",      "internals",  "kernels",  "resources"};
  return names;
}

Note read_note(const std::filesystem::path& folder, const std::string& name) {
  const std::filesystem::path file = folder / (name + ".md");
  Note note;
  note.name = name;
  note.text = read_text(file);
  std::istringstream in(without_comments(note.text));
  std::string line;
  std::getline(in, line);
  if (!line.starts_with("# "))
    throw CommandError(status_environment, fmt::format("{}: the first line should be \"# TITLE\"", shown(file)));
  note.title = line.substr(2);
  while (std::getline(in, line) && (!line.empty() || note.summary.empty())) {
    if (!note.summary.empty()) note.summary += ' ';
    note.summary += line;
  }
  return note;
}

std::string topic_text(const std::filesystem::path& folder, const std::string& topic) {
  const size_t hash = std::min(topic.find('#'), topic.size());
  const std::string name = topic.substr(0, hash);
  const std::vector<std::string>& names = note_names();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    throw CommandError(status_usage, fmt::format("there is no note '{}'.{} All of them: tritutor notes", name,
                                                 did_you_mean(name, names)));
  }
  const Note note = read_note(folder, name);
  if (hash == topic.size()) return note.text;
  const std::string anchor = topic.substr(hash + 1);
  const std::optional<std::string> section = note.section(anchor);
  if (section) return *section;
  throw CommandError(status_usage, fmt::format("the note {} has no section '{}'.{} Its sections: {}", name, anchor,
                                               did_you_mean(anchor, note.anchors()), fmt::join(note.anchors(), ", ")));
}

std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (char c : heading) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ') c = '-';
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') anchor += c;
  }
  return anchor;
}

std::string without_comments(std::string_view text) {
  std::string out;
  bool code = false, comment = false;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) code = !code;
    if (!code && line.starts_with("<!--")) comment = true;
    if (!comment) out += line + "\n";
    if (comment && line.find("-->") != std::string::npos) comment = false;
  }
  return out;
}

}  // namespace tritutor
