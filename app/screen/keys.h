#pragma once
// What a terminal sends, as keys. The bytes may come in any pieces.

#include <string>
#include <string_view>
#include <vector>

namespace tritutor::screen {

struct Key {
  enum class Kind { text, control, enter, escape, backspace, tab, up, down, page_up, page_down, home, end, other };
  Kind kind = Kind::other;
  std::string text;  ///< of `text`: one character in UTF-8; of `control`: the letter that was held with it, "l"

  bool operator==(const Key&) const = default;
};

class KeyDecoder {
 public:
  /// The keys that are complete with these bytes; what is left waits for more.
  std::vector<Key> feed(std::string_view bytes);

  /// Whether something waits: an ESC that is either a key or the beginning of one.
  bool waiting() const { return !pending_.empty(); }

  /// Nothing more came for a while: an ESC was the key Escape; other beginnings are dropped.
  std::vector<Key> give_up();

 private:
  std::string pending_;
};

}  // namespace tritutor::screen
