#include "grader/dialect/cuda/source_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace tritutor {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80); }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }

/// The source with line splices (backslash, newline) taken out, as translation phase 2 does it.
class Spliced {
 public:
  explicit Spliced(std::string_view source) : source_(source) {
    size_t i = source.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
    while (i < source.size()) {
      if (source[i] == '\\') {
        // Blanks between the backslash and the newline are passed over, as compilers do.
        size_t end = i + 1;
        while (end < source.size() && is_blank(source[end])) ++end;
        if (end < source.size() && source[end] == '\n') {
          i = end + 1;
          continue;
        }
      }
      text_ += source[i];
      origin_.push_back(i++);
    }
    origin_.push_back(source.size());
    for (size_t at = 0; at < source.size(); ++at) {
      if (source[at] == '\n') line_starts_.push_back(at + 1);
    }
  }

  const std::string& text() const { return text_; }
  std::string_view source() const { return source_; }
  size_t origin(size_t at) const { return origin_[std::min(at, origin_.size() - 1)]; }
  /// The spliced position of the first byte at or after a byte of the source.
  size_t position(size_t origin) const {
    return static_cast<size_t>(std::lower_bound(origin_.begin(), origin_.end(), origin) - origin_.begin());
  }
  int line_of(size_t origin) const {
    return static_cast<int>(std::upper_bound(line_starts_.begin(), line_starts_.end(), origin) - line_starts_.begin());
  }
  int column_of(size_t origin) const {
    return static_cast<int>(origin - line_starts_[static_cast<size_t>(line_of(origin)) - 1]) + 1;
  }

 private:
  std::string_view source_;
  std::string text_;
  std::vector<size_t> origin_;
  std::vector<size_t> line_starts_{0};
};

class Scanner {
 public:
  explicit Scanner(std::string_view source) : spliced_(source), text_(spliced_.text()) {}

  SourceScan run() {
    bool line_start = true;
    while (at_ < text_.size()) {
      if (text_[at_] == '\n') {
        line_start = true;
        ++at_;
      } else if (is_blank(text_[at_])) {
        ++at_;
      } else if (skip_comment()) {
        continue;
      } else if (const size_t hash = hash_length(); line_start && hash > 0) {
        at_ += hash;
        directive();
      } else {
        line_start = false;
        result_.tokens.push_back(token());
      }
    }
    return std::move(result_);
  }

 private:
  bool starts(std::string_view wanted) const { return text_.compare(at_, wanted.size(), wanted) == 0; }

  bool skip_comment() {
    if (starts("//")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
      return true;
    }
    if (starts("/*")) {
      const size_t end = text_.find("*/", at_ + 2);
      at_ = end == std::string::npos ? text_.size() : end + 2;
      return true;
    }
    return false;
  }

  /// '#' in any of its spellings: itself, the digraph, the trigraph.
  size_t hash_length() const { return starts("#") ? 1 : starts("%:") ? 2 : starts("?\?=") ? 3 : 0; }

  void skip_blanks() {
    while (at_ < text_.size() && (is_blank(text_[at_]) || starts("/*"))) {
      if (!skip_comment()) ++at_;
    }
  }

  /// The rest of a directive's line, comments and literals passed over.
  void directive() {
    Directive found;
    skip_blanks();
    found.line = spliced_.line_of(spliced_.origin(at_));
    found.column = spliced_.column_of(spliced_.origin(at_));
    while (at_ < text_.size() && is_word(text_[at_])) found.name += text_[at_++];
    skip_blanks();
    if (at_ < text_.size() && found.name.rfind("include", 0) == 0) header_name(found);
    std::string rest;
    while (at_ < text_.size() && text_[at_] != '\n') {
      if (skip_comment()) continue;
      rest += is_blank(text_[at_]) ? (++at_, " ") : token().text;
    }
    if (found.delimiter == 0) found.argument = rest.substr(0, rest.find_last_not_of(' ') + 1);
    result_.directives.push_back(std::move(found));
  }

  void header_name(Directive& found) {
    const char close = text_[at_] == '<' ? '>' : text_[at_] == '"' ? '"' : '\0';
    if (close == 0) return;
    const size_t end = text_.find_first_of(std::string{close, '\n'}, at_ + 1);
    if (end == std::string::npos || text_[end] != close) return;
    found.delimiter = text_[at_];
    found.argument = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
  }

  Token token() {
    Token result;
    const size_t start = at_;
    if (const size_t prefix = literal_prefix(); prefix != std::string::npos) {
      result.kind = Token::Kind::literal;
      at_ += prefix;
      if (prefix > 0 && text_[at_ - 1] == 'R' && text_[at_] == '"') {
        raw_string();
      } else {
        quoted(text_[at_]);
      }
    } else if (is_digit(text_[at_]) || (text_[at_] == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
      result.kind = Token::Kind::number;
      number();
    } else if (is_word(text_[at_])) {
      result.kind = Token::Kind::identifier;
      while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    } else {
      result.kind = Token::Kind::symbol;
      at_ += starts("::") || starts("->") ? 2 : 1;
    }
    result.text = text_.substr(start, at_ - start);
    result.begin = spliced_.origin(start);
    result.end = spliced_.origin(at_ - 1) + 1;
    result.line = spliced_.line_of(result.begin);
    result.column = spliced_.column_of(result.begin);
    return result;
  }

  /// Length of the encoding prefix where a string or character literal starts here, else npos.
  size_t literal_prefix() const {
    for (const std::string_view prefix : {"", "R", "L", "u", "U", "u8", "LR", "uR", "UR", "u8R"}) {
      if (!starts(prefix)) continue;
      const size_t quote = at_ + prefix.size();
      if (quote >= text_.size()) continue;
      if (text_[quote] == '"') return prefix.size();
      if (text_[quote] == '\'' && (prefix.empty() || prefix.back() != 'R')) return prefix.size();
    }
    return std::string::npos;
  }

  void quoted(char quote) {
    for (++at_; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') {
        ++at_;
      } else if (text_[at_] == quote) {
        ++at_;
        return;
      }
    }
  }

  /// Splices are undone within a raw string, so it is read from the source itself.
  void raw_string() {
    const std::string_view source = spliced_.source();
    const size_t quote = spliced_.origin(at_);
    const size_t open = source.find('(', quote);
    if (open == std::string_view::npos) {
      ++at_;
      return;
    }
    const std::string close = fmt::format("){}\"", source.substr(quote + 1, open - quote - 1));
    const size_t found = source.find(close, open);
    const size_t end = found == std::string_view::npos ? source.size() : found + close.size();
    for (size_t at = source.find('\n', open); at < end; at = source.find('\n', at + 1)) {
      size_t first = at + 1;
      while (first < end && is_blank(source[first])) ++first;
      const std::string_view rest = source.substr(first, end - std::min(first, end));
      if (rest.rfind("#", 0) == 0 || rest.rfind("%:", 0) == 0 || rest.rfind("?\?=", 0) == 0) {
        if (result_.directive_in_raw_string == 0) result_.directive_in_raw_string = spliced_.line_of(first);
      }
    }
    at_ = spliced_.position(end);
  }

  void number() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
      if (std::string_view("eEpP").find(c) != std::string_view::npos && (next == '+' || next == '-')) {
        at_ += 2;
      } else if (is_word(c) || c == '.') {
        ++at_;
      } else if (c == '\'' && is_word(next)) {
        at_ += 2;
      } else {
        return;
      }
    }
  }

  Spliced spliced_;
  const std::string& text_;
  size_t at_ = 0;
  SourceScan result_;
};

/// Tokens from `first` to `last` (included) as one line.
std::string text_of(const std::vector<Token>& tokens, size_t first, size_t last) {
  std::string text;
  for (size_t i = first; i <= last; ++i) {
    if (i > first && tokens[i].begin > tokens[i - 1].end) text += ' ';
    text += tokens[i].text;
  }
  return text;
}

/// Index of the bracket that closes the one at `open`, or npos.
size_t closing(const std::vector<Token>& tokens, size_t open, std::string_view left, std::string_view right) {
  int depth = 0;
  for (size_t i = open; i < tokens.size(); ++i) {
    if (tokens[i].kind != Token::Kind::symbol) continue;
    if (tokens[i].text == left) ++depth;
    if (tokens[i].text == right && --depth == 0) return i;
  }
  return std::string::npos;
}

}  // namespace

SourceScan scan_source(std::string_view source) { return Scanner(source).run(); }

std::optional<Token> SourceScan::unbalanced() const {
  std::vector<const Token*> open;
  for (const Token& token : tokens) {
    if (token.kind != Token::Kind::symbol) continue;
    if (token.text == "{" || token.text == "(" || token.text == "[") open.push_back(&token);
    if (token.text == "}" || token.text == ")" || token.text == "]") {
      const std::string_view wanted = token.text == "}" ? "{" : token.text == ")" ? "(" : "[";
      if (open.empty()) return token;
      // A round or square bracket does not reach beyond the block that it stands in.
      if (open.back()->text != wanted) return open.back()->text == "{" ? token : *open.back();
      open.pop_back();
    }
  }
  if (open.empty()) return std::nullopt;
  return *open.back();
}

std::vector<Declaration> declarations(const SourceScan& scan) {
  const std::vector<Token>& tokens = scan.tokens;
  std::vector<Declaration> result;
  size_t start = 0;  // of the statement that the token belongs to
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (token.kind == Token::Kind::symbol && (token.text == ";" || token.text == "}")) start = i + 1;
    if (token.kind == Token::Kind::symbol && token.text == "{") {
      // The body of a function or a type is passed over; extern "C" { and namespace { are entered.
      const bool entered = i > start && (tokens[i - 1].text == "\"C\"" || tokens[start].text == "namespace");
      const size_t end = entered ? i : closing(tokens, i, "{", "}");
      if (end == std::string::npos) break;
      i = end;
      start = i + 1;
      continue;
    }
    const bool call = i + 1 < tokens.size() && tokens[i + 1].text == "(";
    if (!call || i == start || token.kind != Token::Kind::identifier) continue;
    const size_t end = closing(tokens, i + 1, "(", ")");
    if (end == std::string::npos) break;
    Declaration found;
    found.name = token.text;
    for (size_t k = start; k < i; ++k) {
      found.kernel = found.kernel || tokens[k].text == "__global__";
      found.extern_c = found.extern_c || tokens[k].text == "extern";
    }
    found.text = text_of(tokens, start, end);
    found.line = tokens[start].line;
    found.last_line = tokens[end].line;
    if (found.name != "__launch_bounds__" && found.name != "__align__" && found.name != "alignas") {
      result.push_back(std::move(found));
    }
    i = end;
  }
  return result;
}

}  // namespace tritutor
