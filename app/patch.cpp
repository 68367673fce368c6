#include "app/patch.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace tritutor {

namespace {

/// The lines of a text, each with its newline; the last may have none.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

std::string_view without_newline(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  return line;
}

struct Hunk {
  struct Line {
    char kind;         ///< ' ' stands on both sides, '-' only before, '+' only after
    std::string text;  ///< with its newline
  };
  size_t first = 0;              ///< line of the source it begins at, counted from 0
  size_t before = 0, after = 0;  ///< lines on each side
  std::vector<Line> lines;
};

/// Reads a patch hunk by hunk.
class PatchReader {
 public:
  explicit PatchReader(std::string_view patch) : lines_(lines_of(patch)) {
    while (at_ < lines_.size() && !lines_[at_].starts_with("--- ")) ++at_;
    const bool named =
        at_ + 1 < lines_.size() && lines_[at_].starts_with("--- a/") && lines_[at_ + 1].starts_with("+++ ");
    if (!named)
      throw PatchError(
          "no lines \"--- a/solutions/levelN/NAME.cu\" (or NAME.py) and \"+++ ...\" say which file it changes; add "
          "them");
    file_ = without_newline(lines_[at_].substr(6));
    file_ = file_.substr(0, file_.find('\t'));  // a time may follow
    at_ += 2;
  }

  const std::string& file() const { return file_; }

  std::optional<Hunk> next() {
    if (at_ == lines_.size()) return std::nullopt;
    ++count_;
    Hunk hunk = header();
    size_t before = 0, after = 0;
    while (before < hunk.before || after < hunk.after) {
      if (at_ == lines_.size()) fail("has fewer lines than its @@ line says; correct the counts");
      const std::string_view line = without_newline(lines_[at_++]);
      if (no_newline(line, hunk)) continue;
      const char kind = line.empty() ? ' ' : line[0];  // an editor may have cut off the space of an empty line
      if (kind != ' ' && kind != '-' && kind != '+') {
        fail(fmt::format(
            "has fewer lines than its @@ line says, or \"{}\" lacks a ' ', '-' or '+' before it; correct it", line));
      }
      before += kind != '+';
      after += kind != '-';
      hunk.lines.push_back({kind, std::string(line.substr(line.empty() ? 0 : 1)) + "\n"});
    }
    if (before > hunk.before || after > hunk.after)
      fail("has not the lines that its @@ line counts; correct the counts");
    if (at_ < lines_.size() && no_newline(without_newline(lines_[at_]), hunk)) ++at_;
    return hunk;
  }

  [[noreturn]] void fail(const std::string& what) const { throw PatchError(fmt::format("hunk {} {}", count_, what)); }

 private:
  /// "@@ -21,3 +21,3 @@"; a count of 1 may be left out.
  Hunk header() {
    const std::string_view line = without_newline(lines_[at_++]);
    std::string_view rest = line;
    size_t first = 0, other = 0;
    Hunk hunk;
    const bool good = skip(rest, "@@ -") && range(rest, first, hunk.before) && skip(rest, " +") &&
                      range(rest, other, hunk.after) && skip(rest, " @@") && (hunk.before == 0 || first > 0);
    if (!good) fail(fmt::format("should begin with \"@@ -LINE,COUNT +LINE,COUNT @@\" where \"{}\" stands", line));
    hunk.first = hunk.before == 0 ? first : first - 1;  // without lines before, it goes in after that line
    return hunk;
  }

  static bool skip(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
  }

  static bool number(std::string_view& text, size_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return true;
  }

  static bool range(std::string_view& text, size_t& first, size_t& count) {
    count = 1;
    return number(text, first) && (!skip(text, ",") || number(text, count));
  }

  /// "\ No newline at end of file" speaks of the line before it.
  static bool no_newline(std::string_view line, Hunk& hunk) {
    if (!line.starts_with('\\') || hunk.lines.empty()) return false;
    hunk.lines.back().text = without_newline(hunk.lines.back().text);
    return true;
  }

  std::vector<std::string_view> lines_;
  size_t at_ = 0;
  int count_ = 0;  ///< hunks begun
  std::string file_;
};

/// A line as a message quotes it, which may have quotation marks of its own; a missing newline is said.
std::string in_quotes(std::string_view line) {
  return fmt::format("`{}`{}", without_newline(line), line.ends_with('\n') ? "" : " without a newline");
}

}  // namespace

std::string patched_file(std::string_view patch) { return PatchReader(patch).file(); }

std::string apply_patch(std::string_view patch, std::string_view source) {
  PatchReader reader(patch);
  const std::vector<std::string_view> lines = lines_of(source);
  std::string result;
  size_t at = 0;  // line of the source
  while (const std::optional<Hunk> hunk = reader.next()) {
    if (hunk->first < at) reader.fail("begins before the hunk above it ends; put the hunks in order");
    for (; at < hunk->first && at < lines.size(); ++at) result += lines[at];
    if (at < hunk->first) {
      reader.fail(fmt::format("begins at line {} of {}, which has {}; make the patch anew (patch -p1, git diff -U1)",
                              hunk->first + 1, reader.file(), lines.size()));
    }
    for (const Hunk::Line& line : hunk->lines) {
      if (line.kind == '+') {
        if (!result.empty() && !result.ends_with('\n'))
          reader.fail("adds a line behind one without a newline; take that one away and add it with a newline");
        result += line.text;
        continue;
      }
      if (at == lines.size() || lines[at] != line.text) {
        reader.fail(fmt::format(
            "expects line {} of {} to be {}, where {} stands; make the patch anew (patch -p1, git diff -U1)", at + 1,
            reader.file(), in_quotes(line.text), at == lines.size() ? "the end of the file" : in_quotes(lines[at])));
      }
      if (line.kind == ' ') result += lines[at];
      ++at;
    }
  }
  for (; at < lines.size(); ++at) result += lines[at];
  if (result == source) throw PatchError("it changes nothing: add a hunk with a '-' or a '+' line");
  return result;
}

}  // namespace tritutor
