#pragma once
// PTX text to tokens (PTX ISA, "Syntax").

#include <cstdint>
#include <string>
#include <string_view>

namespace vgpu::ptx {

/// One token; `text` points into the PTX text.
struct Token {
  enum class Kind : uint8_t {
    end,
    identifier,   ///< mov, %r1, $L__BB0_2, _
    dotted,       ///< a name with its leading dot: .global, .L1::no_allocate
    number,       ///< any literal, not yet converted: 12, 0x1F, 0f3F800000, 1.5e-3
    string,       ///< with its quotes, escapes not yet undone
    punctuation,  ///< one character, or an operator of two: << >> <= >= == != && ||
  };
  Kind kind = Kind::end;
  std::string_view text;
  int line = 1;  ///< 1-based

  bool is(char c) const { return kind == Kind::punctuation && text.size() == 1 && text[0] == c; }
  bool is_dotted(std::string_view name) const { return kind == Kind::dotted && text == name; }
};

/// Hands out the tokens of a text one after another; comments and white space are dropped.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}
  /// The next token; at the end, an end token for ever. Throws ParseError on a character or comment that is not PTX.
  Token next();

 private:
  void skip_space();
  std::string_view scan_number();
  std::string_view scan_string();
  std::string_view scan_dotted();
  std::string_view scan_identifier();
  /// The character `ahead` of the next one; 0 beyond the end.
  char at(size_t ahead = 0) const { return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0'; }

  std::string_view text_;
  size_t position_ = 0;
  int line_ = 1;
};

/// A string token's contents, escapes undone (\n \t \\ \" \ooo \xhh; another escaped character stands for itself).
std::string unquote(std::string_view token);

/// A token as an error message shows it: quoted, shortened, without control characters.
std::string shown(const Token& token);

/// 'name', for error messages.
std::string quoted(std::string_view name);

}  // namespace vgpu::ptx
