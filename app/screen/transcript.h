#pragma once
// What a command says on a terminal: lines, and the one that it writes over and over while it works.

#include <string>
#include <string_view>

namespace tritutor::screen {

class Transcript {
 public:
  void feed(std::string_view bytes);

  /// The lines that are done, cleaned (printable_styled).
  const std::string& lines() const { return lines_; }
  /// What stands on the line that is written over, cleaned: "case large, 12 % ..."; empty: there is none.
  std::string progress() const;
  /// All that was said, when the command has ended.
  std::string text() const { return lines_ + unfinished(); }

 private:
  std::string unfinished() const;

  std::string lines_, unfinished_;
};

}  // namespace tritutor::screen
