#include "vgpu/ptx/lexer.h"

#include "vgpu/ptx/parser.h"

namespace vgpu::ptx {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '$'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Token Lexer::next() {
  skip_space();
  Token token;
  token.line = line_;
  if (position_ == text_.size()) return token;
  const char c = at();
  if (is_digit(c)) {
    token.kind = Token::Kind::number;
    token.text = scan_number();
  } else if (is_letter(c) || c == '_' || c == '$' || (c == '%' && is_word(at(1)))) {
    token.kind = Token::Kind::identifier;
    token.text = scan_identifier();
  } else if (c == '.') {
    token.kind = Token::Kind::dotted;
    token.text = scan_dotted();
  } else if (c == '"') {
    token.kind = Token::Kind::string;
    token.text = scan_string();
  } else {
    token.kind = Token::Kind::punctuation;
    token.text = text_.substr(position_, 1);
    if (std::string_view("{}()[]<>,;:+-*/%!|&^?@=~").find(c) == std::string_view::npos)
      throw ParseError(line_, "unexpected character " + shown(token));
    const char next = at(1);
    const bool two = next == '=' ? c == '<' || c == '>' || c == '=' || c == '!'
                                 : next == c && (c == '<' || c == '>' || c == '&' || c == '|');
    if (two) token.text = text_.substr(position_, 2);
    position_ += token.text.size();
  }
  return token;
}

void Lexer::skip_space() {
  while (position_ < text_.size()) {
    const char c = at();
    if (c == '\n') {
      ++line_;
      ++position_;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
      ++position_;
    } else if (c == '/' && at(1) == '/') {
      const size_t end = text_.find('\n', position_);
      position_ = end == std::string_view::npos ? text_.size() : end;
    } else if (c == '/' && at(1) == '*') {
      const int start = line_;
      position_ += 2;
      while (!(at() == '*' && at(1) == '/')) {
        if (position_ >= text_.size()) throw ParseError(start, "the comment that starts here has no end (*/)");
        if (text_[position_++] == '\n') ++line_;
      }
      position_ += 2;
    } else {
      return;
    }
  }
}

// Letters after the digits are taken along, so that 12abc is one bad literal and not two good tokens.
std::string_view Lexer::scan_number() {
  const size_t start = position_;
  const char prefix = at(1);
  const bool radix_prefix = at() == '0' && (is_letter(prefix) && prefix != 'e' && prefix != 'E' && prefix != 'U');
  while (is_digit(at())) ++position_;
  if (!radix_prefix) {
    if (at() == '.' && is_digit(at(1))) {
      ++position_;
      while (is_digit(at())) ++position_;
    }
    const bool sign = at(1) == '+' || at(1) == '-';
    if ((at() == 'e' || at() == 'E') && is_digit(at(sign ? 2 : 1))) {
      position_ += sign ? 2 : 1;
      while (is_digit(at())) ++position_;
    }
  }
  while (is_word(at())) ++position_;
  return text_.substr(start, position_ - start);
}

std::string_view Lexer::scan_identifier() {
  const size_t start = position_++;
  while (is_word(at())) ++position_;
  const std::string_view name = text_.substr(start, position_ - start);
  if (name == "%" || name == "$") throw ParseError(line_, "a name is missing after '" + std::string(name) + "'");
  return name;
}

std::string_view Lexer::scan_dotted() {
  const size_t start = position_++;
  for (;;) {
    if (is_word(at())) {
      ++position_;
    } else if (at() == ':' && at(1) == ':' && is_word(at(2))) {
      position_ += 2;
    } else {
      break;
    }
  }
  if (position_ == start + 1) throw ParseError(line_, "a name is missing after '.'");
  return text_.substr(start, position_ - start);
}

std::string_view Lexer::scan_string() {
  const size_t start = position_++;
  for (;;) {
    if (position_ >= text_.size() || at() == '\n') throw ParseError(line_, "the string has no closing quote");
    const char c = text_[position_++];
    if (c == '"') return text_.substr(start, position_ - start);
    if (c == '\\' && at() != '\n' && position_ < text_.size()) ++position_;
  }
}

std::string unquote(std::string_view token) {
  std::string result;
  const std::string_view body = token.substr(1, token.size() - 2);
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\' || i + 1 == body.size()) {
      result += body[i];
      continue;
    }
    const char c = body[++i];
    if (c == 'n') {
      result += '\n';
    } else if (c == 't') {
      result += '\t';
    } else if (c >= '0' && c <= '7') {
      int value = c - '0';
      for (int n = 1; n < 3 && i + 1 < body.size() && body[i + 1] >= '0' && body[i + 1] <= '7'; ++n)
        value = value * 8 + (body[++i] - '0');
      result += static_cast<char>(value);
    } else if (c == 'x' && i + 1 < body.size() && hex_digit(body[i + 1]) >= 0) {
      int value = hex_digit(body[++i]);
      if (i + 1 < body.size() && hex_digit(body[i + 1]) >= 0) value = value * 16 + hex_digit(body[++i]);
      result += static_cast<char>(value);
    } else {
      result += c;
    }
  }
  return result;
}

std::string quoted(std::string_view name) {
  std::string result = "'";
  result += name;
  return result += '\'';
}

std::string shown(const Token& token) {
  if (token.kind == Token::Kind::end) return "the end of the text";
  constexpr size_t longest = 60;
  std::string result = "'";
  for (const char c : token.text.substr(0, longest)) result += c >= ' ' && c <= '~' ? c : '?';
  return result + (token.text.size() > longest ? "...'" : "'");
}

}  // namespace vgpu::ptx
