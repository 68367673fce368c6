#include "grader/dialect/cuda/condition_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tritutor {
namespace {

using Tokens = std::vector<Token>;

bool is(const Token& token, std::string_view text) { return token.text == text; }

bool names_the_operator(const Tokens& tokens) {
  return std::any_of(tokens.begin(), tokens.end(), [](const Token& token) {
    return token.text.starts_with("__has_include") || token.text.starts_with("__has_embed");
  });
}

/// ## in either spelling.
bool pastes(const Tokens& tokens) {
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (is(tokens[i], "#") && is(tokens[i + 1], "#")) return true;
    if (i + 3 < tokens.size() && is(tokens[i], "%") && is(tokens[i + 1], ":") && is(tokens[i + 2], "%")) return true;
  }
  return false;
}

/// Whether a text calls only what is known to be harmless: `defined`, tests of the compiler, and harmless macros of the
/// file itself. What CUDA's headers define could be anything.
bool calls_only(const Tokens& tokens, const std::set<std::string>& harmless) {
  static constexpr std::array<std::string_view, 4> known = {"defined", "__has_builtin", "__has_attribute",
                                                            "__has_cpp_attribute"};
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (!is(tokens[i + 1], "(")) continue;
    if (is(tokens[i], ")")) return false;  // the result of a call, called
    if (tokens[i].kind != Token::Kind::identifier) continue;
    if (std::find(known.begin(), known.end(), tokens[i].text) == known.end() && harmless.count(tokens[i].text) == 0) {
      return false;
    }
  }
  return true;
}

struct Macro {
  bool call = false;  ///< function-like
  Tokens body;
};

/// A #define's name and body. Function-like: the parenthesis follows the name at once.
std::pair<std::string, Macro> macro_of(const Tokens& tokens) {
  Macro macro;
  if (tokens.empty()) return {};
  size_t body = 1;
  macro.call = tokens.size() > 1 && is(tokens[1], "(") && tokens[1].begin == tokens[0].end;
  if (macro.call) {
    while (body < tokens.size() && !is(tokens[body], ")")) ++body;
    body = std::min(body + 1, tokens.size());
  }
  macro.body.assign(tokens.begin() + static_cast<std::ptrdiff_t>(body), tokens.end());
  return {tokens[0].text, macro};
}

/// The function-like macros of a file that call and paste nothing unknown.
std::set<std::string> harmless_macros(const std::multimap<std::string, Macro>& macros) {
  std::set<std::string> harmless;
  for (const auto& [name, macro] : macros) harmless.insert(name);
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [name, macro] : macros) {
      if (macro.call && !pastes(macro.body) && calls_only(macro.body, harmless)) continue;
      changed = harmless.erase(name) > 0 || changed;
    }
  }
  return harmless;
}

}  // namespace

const Directive* asks_for_files(const SourceScan& scan) {
  std::vector<Tokens> arguments;
  std::multimap<std::string, Macro> macros;
  for (const Directive& at : scan.directives) {
    arguments.push_back(scan_source(at.argument).tokens);
    if (at.name != "include" && names_the_operator(arguments.back())) return &at;
    if (at.name == "define") macros.insert(macro_of(arguments.back()));
  }
  const std::set<std::string> harmless = harmless_macros(macros);
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = scan.directives[i].name;
    if (name != "if" && name != "elif") continue;
    for (const Token& token : arguments[i]) {
      // An object-like macro's text stands in its place.
      const auto [first, last] = macros.equal_range(token.text);
      for (auto macro = first; macro != last; ++macro) {
        if (!macro->second.call && (pastes(macro->second.body) || !calls_only(macro->second.body, harmless))) {
          return &scan.directives[i];
        }
      }
    }
    if (!calls_only(arguments[i], harmless)) return &scan.directives[i];
  }
  return nullptr;
}

}  // namespace tritutor
