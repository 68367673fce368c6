#include "grader/dialect/cuda/compile_log.h"

#include <charconv>
#include <optional>

namespace tritutor {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

size_t indent_of(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t");
  return first == std::string_view::npos ? line.size() : first;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// "error", "warning" or "note" for the word before the message, nullopt where it is none of the compiler's.
std::optional<std::string> severity_of(std::string_view word) {
  // "warning #177-D", "catastrophic error", "error #20"
  word = trimmed(word.substr(0, word.find('#')));
  if (word == "error" || word == "catastrophic error" || word == "internal error") return "error";
  if (word == "warning") return "warning";
  if (word == "note" || word == "remark") return "note";
  return std::nullopt;
}

/// "FILE(LINE): SEVERITY: MESSAGE", nullopt where the line is something else.
std::optional<Diagnostic> header_of(std::string_view line) {
  // The file's name may hold parentheses: the last "(digits): " before a severity counts.
  for (size_t open = line.find('('); open != std::string_view::npos; open = line.find('(', open + 1)) {
    Diagnostic found;
    const char* end = line.data() + line.size();
    const auto [after, error] = std::from_chars(line.data() + open + 1, end, found.line);
    const std::string_view rest(after, static_cast<size_t>(end - after));
    if (error != std::errc() || rest.substr(0, 3) != "): ") continue;
    const size_t colon = rest.find(": ", 3);
    if (colon == std::string_view::npos) continue;
    const auto severity = severity_of(rest.substr(3, colon - 3));
    if (!severity) continue;
    found.file = line.substr(0, open);
    found.severity = *severity;
    found.message = trimmed(rest.substr(colon + 2));
    return found;
  }
  return std::nullopt;
}

/// The number after "at line", 0: none.
int line_in(std::string_view text) {
  const std::string_view mark = "at line ";
  const size_t at = text.rfind(mark);
  int line = 0;
  if (at != std::string_view::npos) std::from_chars(text.data() + at + mark.size(), text.data() + text.size(), line);
  return line;
}

bool is_caret(std::string_view line) { return trimmed(line) == "^"; }

}  // namespace

std::vector<Diagnostic> parse_compile_log(std::string_view log, std::string_view program) {
  const std::vector<std::string_view> lines = lines_of(log);
  std::vector<Diagnostic> result;
  bool within = false;       // lines belong to the diagnostic before them
  bool after_caret = false;  // what follows the caret are notes
  size_t parent = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    const bool echo = i + 1 < lines.size() && is_caret(lines[i + 1]);
    if (echo && within) continue;
    if (auto header = header_of(line)) {
      result.push_back(std::move(*header));
      parent = result.size() - 1;
      within = true;
      after_caret = false;
    } else if (trimmed(line).empty()) {
      within = false;
    } else if (within && is_caret(line)) {
      after_caret = true;
      Diagnostic& of = result[parent];
      // The echo is the source line moved right by two.
      constexpr size_t echo_indent = 2;
      const size_t caret = line.find('^');
      if (of.file == program && caret >= echo_indent) of.column = static_cast<int>(caret - echo_indent) + 1;
    } else if (within && indent_of(line) >= 8 && after_caret) {
      const std::string_view text = trimmed(line);
      result.push_back({"note", result[parent].file, line_in(text), 0, std::string(text)});
    } else if (within && indent_of(line) >= 8) {
      result[parent].message += "; ";
      result[parent].message += trimmed(line);
    }
  }
  return result;
}

}  // namespace tritutor
