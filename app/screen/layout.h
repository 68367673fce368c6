#pragma once
// Where things stand on the watch screen: a title, the text, a line on what is going on, the keys.

#include <string>
#include <string_view>
#include <vector>

#include "app/terminal.h"

namespace tritutor::screen {

struct Size {
  int columns = 80, rows = 24;
  bool operator==(const Size&) const = default;
};

/// A key and what it does: {"n", "next"}.
struct KeyLabel {
  std::string_view key, does;
};

struct Page {
  std::string title;              ///< at the top, left
  std::string state;              ///< at the top, right; the title gives way to it
  std::vector<std::string> text;  ///< rows that fold() or clip() made
  size_t first = 0;               ///< the first one that is shown
  std::string status;             ///< below the text
  std::vector<KeyLabel> keys;     ///< the last line; those that matter most come first
  size_t keys_kept = 0;           ///< so many of the last ones are shown however narrow it is
};

/// Rows that the text has on a screen of such a size; at least one.
int text_rows(const Size& size);

/// The last `first` at which the page is full.
size_t last_first(size_t rows_of_text, const Size& size);

/// Exactly as many rows as the screen has, none wider than it. On a screen too low for all of it the text goes last.
std::vector<std::string> arrange(const Page& page, const Size& size, const Style& style);

/// "n next  h hint  ? keys  q quit": as many as fit, and always the last `kept`.
std::string key_line(const std::vector<KeyLabel>& keys, size_t kept, int columns, const Style& style);

}  // namespace tritutor::screen
