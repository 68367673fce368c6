#include "grader/dialect/cuda/tune_lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "grader/dialect/cuda/source_scan.h"

namespace tritutor {
namespace {

/// A name, its values, and the comment line that says so.
struct Open {
  std::string name;
  std::vector<std::string> values;
  int line = 0;
};

/// Where a constant's value stands in the source.
struct Place {
  size_t begin = 0, end = 0;
  int line = 0;
};

Refusal refusal_at(const std::string& file, int line, std::string message) {
  Refusal refusal = refusal_of("tune", fmt::format("{}:{}: {}", file, line, message));
  refusal.diagnostics.push_back({"error", file, line, 0, std::move(message)});
  return refusal;
}

std::vector<std::string> lines_of(const std::string& source) {
  std::vector<std::string> lines;
  std::istringstream in(source);
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> parts_of(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  if (text.ends_with(separator)) parts.emplace_back();
  return parts;
}

bool is(const Token& token, const char* text) { return token.text == text; }

/// Values of `constexpr int A = 1, NAME = 2;`, and of `const` alike.
void find_constants(const SourceScan& scan, const std::string& name, std::vector<Place>& places) {
  const std::vector<Token>& tokens = scan.tokens;
  bool declaring = false;
  for (size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (is(tokens[i], "constexpr") || is(tokens[i], "const")) declaring = true;
    if (is(tokens[i], ";") || is(tokens[i], "{")) declaring = false;
    if (!declaring || tokens[i].kind != Token::Kind::identifier || tokens[i].text != name) continue;
    if (!is(tokens[i + 1], "=")) continue;
    size_t end = i + 2;
    for (int depth = 0; end < tokens.size(); ++end) {
      const Token& token = tokens[end];
      if (is(token, "(") || is(token, "{") || is(token, "[")) ++depth;
      if (is(token, ")") || is(token, "}") || is(token, "]")) --depth;
      if (depth < 0 || (depth == 0 && (is(token, ",") || is(token, ";")))) break;
    }
    if (end > i + 2) places.push_back({tokens[i + 2].begin, tokens[end - 1].end, tokens[i].line});
  }
}

/// Values of `#define NAME 2`.
void find_macros(const std::string& source, const std::string& name, std::vector<Place>& places) {
  static const std::regex define(R"(^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+([^\s/](?:[^/\r\n]*[^\s/])?))");
  size_t begin = 0;
  int line = 0;
  for (const std::string& text : parts_of(source, '\n')) {
    ++line;
    std::smatch found;
    if (std::regex_search(text, found, define) && found[1] == name) {
      const size_t at = begin + static_cast<size_t>(found.position(2));
      places.push_back({at, at + static_cast<size_t>(found.length(2)), line});
    }
    begin += text.size() + 1;
  }
}

std::vector<Place> places_of(const std::string& source, const std::string& name) {
  std::vector<Place> places;
  find_constants(scan_source(source), name, places);
  find_macros(source, name, places);
  return places;
}

/// What the comment lines name; a refusal for one that is not understood.
std::variant<std::vector<Open>, Refusal> open_of(const std::string& file, const std::string& source) {
  static const std::regex comment(R"(^\s*//\s*tune\s*:(.*)$)"), name_and_values(R"(^([A-Za-z_]\w*)=(.*)$)");
  static const std::regex value(R"(^[\w.+*()-]+$)");
  std::vector<Open> open;
  const std::vector<std::string> lines = lines_of(source);
  for (size_t i = 0; i < lines.size(); ++i) {
    std::smatch found;
    if (!std::regex_match(lines[i], found, comment)) continue;
    const int line = static_cast<int>(i) + 1;
    // Blanks around '=' and ',' are for the eye.
    const std::string text = std::regex_replace(found[1].str(), std::regex(R"(\s*([=,])\s*)"), "$1");
    std::istringstream words(text);
    const size_t before = open.size();
    for (std::string word; words >> word;) {
      std::smatch parts;
      if (!std::regex_match(word, parts, name_and_values)) {
        return refusal_at(file, line, fmt::format("{} is no name with values; write // tune: BLOCK=128,256,512", word));
      }
      Open one{parts[1], parts_of(parts[2], ','), line};
      for (const std::string& each : one.values) {
        if (!std::regex_match(each, value)) {
          return refusal_at(
              file, line,
              fmt::format("'{}' is no value for {}; write // tune: {}=128,256,512", each, one.name, one.name));
        }
      }
      if (one.values.empty()) {
        return refusal_at(file, line, fmt::format("{0} has no values; write // tune: {0}=128,256,512", one.name));
      }
      const auto same =
          std::find_if(open.begin(), open.end(), [&](const Open& other) { return other.name == one.name; });
      if (same != open.end()) {
        return refusal_at(
            file, line, fmt::format("{} has values at line {} already; write all of them there", one.name, same->line));
      }
      const std::vector<Place> places = places_of(source, one.name);
      if (places.size() != 1) {
        const std::string why = places.empty() ? fmt::format(
                                                     "the file has no constant {0} to give these values to; "
                                                     "write constexpr int {0} = {1}; and use it",
                                                     one.name, one.values[0])
                                               : fmt::format(
                                                     "{} is defined at line {} and at line {}; leave one of "
                                                     "them, or give it another name",
                                                     one.name, places[0].line, places[1].line);
        return refusal_at(file, line, why);
      }
      open.push_back(std::move(one));
    }
    if (open.size() == before) return refusal_at(file, line, "no name stands here; write // tune: BLOCK=128,256,512");
  }
  return open;
}

}  // namespace

Configurations tune_configurations(const std::string& file, const std::string& source) {
  auto read = open_of(file, source);
  if (auto* refusal = std::get_if<Refusal>(&read)) return std::move(*refusal);
  const auto& open = std::get<std::vector<Open>>(read);
  size_t count = 1;
  for (const Open& each : open) count = std::min(count * each.values.size(), most_configurations + 1);
  if (count < 2) {
    return refusal_of("tune",
                      fmt::format("{} has nothing to tune: no comment line in it names a constant and two values "
                                  "or more. Above constexpr int BLOCK = 256; write // tune: BLOCK=128,256,512",
                                  file));
  }
  if (count > most_configurations) {
    return refusal_at(file, open.back().line,
                      fmt::format("the combinations of all values are more than the {} that are tried; name fewer "
                                  "values",
                                  most_configurations));
  }
  std::vector<Configuration> all(1);
  for (const Open& each : open) {
    std::vector<Configuration> longer;
    for (const Configuration& before : all) {
      for (const std::string& value : each.values) {
        Configuration& one = longer.emplace_back(before);
        one.name += fmt::format("{}{}={}", one.name.empty() ? "" : ", ", each.name, value);
        one.chosen[each.name] = value;
      }
    }
    all = std::move(longer);
  }
  return all;
}

std::string with_values(const std::string& source, const std::map<std::string, std::string>& values) {
  std::string result = source;
  for (const auto& [name, value] : values) {
    for (const Place& place : places_of(result, name)) {
      result.replace(place.begin, place.end - place.begin, value);
      break;
    }
  }
  return result;
}

}  // namespace tritutor
