#include "app/case_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace tritutor {

namespace {

constexpr std::string_view white_space = " \t\r\n";

/// Words with one space between them.
std::string collapsed(std::string_view text) {
  std::string out;
  for (size_t at = text.find_first_not_of(white_space); at != std::string_view::npos;) {
    const size_t end = std::min(text.find_first_of(white_space, at), text.size());
    if (!out.empty()) out += ' ';
    out += text.substr(at, end - at);
    at = text.find_first_not_of(white_space, end);
  }
  return out;
}

struct Entry {
  std::string key, value;
};

/// The header's lines; one that goes on with the line above is added to it.
std::vector<Entry> read_header(std::string_view source) {
  if (source.starts_with("\xef\xbb\xbf")) source.remove_prefix(3);
  std::vector<Entry> entries;
  while (source.starts_with("//")) {
    const size_t end = std::min(source.find('\n'), source.size());
    const std::string_view line = source.substr(2, end - 2);
    source.remove_prefix(std::min(end + 1, source.size()));
    if (line.starts_with("   ") && !entries.empty()) {
      entries.back().value = collapsed(entries.back().value + " " + std::string(line));
      continue;
    }
    const size_t colon = line.find(':');
    const std::string key = collapsed(line.substr(0, std::min(colon, line.size())));
    const bool is_key = colon != std::string_view::npos && !key.empty() &&
                        std::all_of(key.begin(), key.end(), [](char c) { return c == ' ' || (c >= 'a' && c <= 'z'); });
    if (!is_key) break;
    entries.push_back({key, collapsed(line.substr(colon + 1))});
  }
  return entries;
}

/// "uninitialized 13"; line 0 where it is not of that form.
CaseFile::WantedFinding read_finding(const std::string& text) {
  const size_t space = std::min(text.find(' '), text.size());
  CaseFile::WantedFinding finding{text.substr(0, space), 0};
  const char* const begin = text.data() + std::min(space + 1, text.size());
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, finding.line);
  if (error != std::errc() || stop != end || finding.line < 1) finding.line = 0;
  return finding;
}

bool is_kind(std::string_view name) {
  using Kind = vgpu::Finding::Kind;
  for (int kind = 0; kind <= static_cast<int>(Kind::unsupported); ++kind) {
    if (vgpu::name_of(static_cast<Kind>(kind)) == name) return true;
  }
  return false;
}

/// "race 7, out-of-bounds 9": every finding of a failed case in the submitted file.
std::set<std::string> findings_of(const Verdict& verdict) {
  std::set<std::string> all;
  for (const CaseResult& one : verdict.cases) {
    for (const vgpu::Finding& finding : one.findings) {
      const bool own = finding.file.empty() || finding.file == verdict.file;
      all.insert(fmt::format("{} {}{}", vgpu::name_of(finding.kind), finding.line, own ? "" : " of " + finding.file));
    }
  }
  return all;
}

}  // namespace

CaseFile parse_case_file(std::string_view source, std::vector<std::string>& errors) {
  CaseFile file;
  for (const auto& [key, value] : read_header(source)) {
    std::string* const once = key == "case"       ? &file.about
                              : key == "exercise" ? &file.exercise
                              : key == "verdict"  ? &file.verdict
                                                  : nullptr;
    if (value.empty()) {
      errors.push_back(fmt::format("\"{}:\" says nothing", key));
    } else if (once != nullptr) {
      if (!once->empty()) errors.push_back(fmt::format("\"{}:\" stands twice", key));
      *once = value;
    } else if (key == "finding") {
      file.findings.push_back(read_finding(value));
      if (file.findings.back().line == 0 || !is_kind(file.findings.back().kind))
        errors.push_back(fmt::format("\"finding: {}\" is not a kind of finding and a line", value));
    } else if (key == "says") {
      file.says.push_back(value);
    } else if (key == "never says") {
      file.never_says.push_back(value);
    } else {
      errors.push_back(
          fmt::format("\"{}:\" is none of: case, exercise, verdict, finding, says, never says; a comment of the file's "
                      "own stands below an empty line",
                      key));
    }
  }
  if (file.about.empty()) errors.emplace_back("it has no line \"// case: what it is\"");
  if (file.exercise.empty()) errors.emplace_back("it has no line \"// exercise: ID\"");
  if (file.verdict != "pass" && file.verdict != "fail" && file.verdict != "error")
    errors.emplace_back("it has no line \"// verdict: pass\" (or fail, error)");
  return file;
}

std::vector<std::string> unmet_wishes(const CaseFile& wanted, const Verdict& verdict, std::string_view text) {
  std::vector<std::string> unmet;
  if (name_of(verdict.result) != wanted.verdict)
    unmet.push_back(fmt::format("the verdict is {}, not {}", name_of(verdict.result), wanted.verdict));
  const std::set<std::string> findings = findings_of(verdict);
  for (const auto& [kind, line] : wanted.findings) {
    if (findings.count(fmt::format("{} {}", kind, line)) == 0)
      unmet.push_back(fmt::format("no {} in line {}; found: {}", kind, line,
                                  findings.empty() ? "nothing" : fmt::format("{}", fmt::join(findings, ", "))));
  }
  const std::string said = collapsed(text);
  for (const std::string& words : wanted.says) {
    if (said.find(words) == std::string::npos) unmet.push_back(fmt::format("it does not say \"{}\"", words));
  }
  for (const std::string& words : wanted.never_says) {
    if (said.find(words) != std::string::npos) unmet.push_back(fmt::format("it says \"{}\"", words));
  }
  return unmet;
}

}  // namespace tritutor
