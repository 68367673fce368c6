#pragma once
// How text looks on a terminal: colour, width, wrapping.

#include <string>
#include <string_view>

namespace tritutor {

/// Paints text with ANSI colours, or leaves it alone.
class Style {
 public:
  explicit Style(bool on = false) : on_(on) {}
  bool on() const { return on_; }
  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string dim(std::string_view text) const { return paint("2", text); }
  std::string red(std::string_view text) const { return paint("1;31", text); }
  std::string green(std::string_view text) const { return paint("1;32", text); }
  std::string yellow(std::string_view text) const { return paint("33", text); }
  std::string cyan(std::string_view text) const { return paint("36", text); }

  /// Bytes of the colour code that the text begins with, 0: it begins with none of a Style's.
  static size_t code_at(std::string_view text);

 private:
  std::string paint(const char* code, std::string_view text) const;
  bool on_;
};

/// Whether a stream should be coloured. `mode` is "always", "never" or "auto"; auto means a terminal that is not
/// TERM=dumb, and NO_COLOR unset or empty (no-color.org).
bool wants_color(std::string_view mode, int file_descriptor);

/// Columns of the terminal behind a stream; else what COLUMNS says; else 80. At least 40.
int terminal_width(int file_descriptor);

/// Of the smallest terminal that is reckoned with; one row of it is the shell's.
inline constexpr int least_rows = 24;

/// Rows of the terminal behind a stream, `least_rows` where it does not say; 0: it is no terminal.
int terminal_rows(int file_descriptor);

/// Whether a byte of UTF-8 text begins a character.
inline bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

/// Columns that UTF-8 text takes (code points; colours are not counted off).
size_t columns_of(std::string_view text);

/// The same of text that is painted (Style): its colours are counted off.
size_t visible_columns(std::string_view text);

/// Rows that lines of text take on a terminal so wide, which breaks what is wider; colours are counted off.
int rows_of(std::string_view text, int width);

/// Cuts text to so many columns, ending in "..." where something was lost.
std::string fit(std::string_view text, size_t columns);

/// Pads text with spaces on the right.
std::string pad(std::string_view text, size_t columns);

/// Breaks text into lines of at most `width` columns, each starting with `indent` and ending in a newline. An empty
/// line stays one; a line that starts with two spaces or more is code and stays as it is; the lines of a "- " or "1. "
/// item hang; a word longer than a line is broken, unless it is painted. Colours are counted off.
std::string wrap(std::string_view text, int width, std::string_view indent = "");

}  // namespace tritutor
