#pragma once
// What a kernel file says, before any compiler reads it: its tokens without comments, and its preprocessor directives.
// Enough to see what it includes and to show a declaration as it was written; no more than that.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tritutor {

struct Token {
  enum class Kind : unsigned char { identifier, number, literal, symbol };
  Kind kind{};
  std::string text;           ///< line splices removed; of a literal only what stands outside comments matters
  size_t begin = 0, end = 0;  ///< bytes of the source
  int line = 0, column = 0;   ///< 1-based, the column in bytes
};

/// A preprocessor directive that reads a file, or moves the lines.
struct Directive {
  std::string name;      ///< "include", "include_next", "import", "line", ...
  std::string argument;  ///< of an include: what stands between <> or "", or the macro as written
  char delimiter = 0;    ///< '<', '"', or 0: neither, so a macro
  int line = 0, column = 0;
};

struct SourceScan {
  std::vector<Token> tokens;          ///< outside directives
  std::vector<Directive> directives;  ///< every one, in order
  /// A line within a raw string that looks like a directive; 0: none. A skipped #if block could make it a real one.
  int directive_in_raw_string = 0;

  /// Where the first bracket stands that is never closed ("{" or "(" or "["), or closes nothing; nullopt: all balance.
  std::optional<Token> unbalanced() const;
};

SourceScan scan_source(std::string_view source);

/// A function of the file, as written.
struct Declaration {
  std::string name;
  std::string text;       ///< from its first word to its closing parenthesis, white space collapsed
  bool kernel = false;    ///< has __global__
  bool extern_c = false;  ///< has extern "C" in its own text (not by a surrounding block)
  int line = 0;
  int last_line = 0;  ///< of its closing parenthesis
};

/// Every function that the file declares or defines, by the look of it: `word... name(...)` outside of any body.
std::vector<Declaration> declarations(const SourceScan& scan);

}  // namespace tritutor
