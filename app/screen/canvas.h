#pragma once
// Rows on a terminal's screen: only those that changed are written.

#include <string>
#include <vector>

namespace tritutor::screen {

class Canvas {
 public:
  /// What to write so that these rows are shown, from the top; rows below them become empty.
  std::string draw(const std::vector<std::string>& rows);

  /// Nothing is known of what the terminal shows: the next draw() writes everything.
  void forget() { known_ = false; }

 private:
  std::vector<std::string> shown_;
  bool known_ = false;
};

}  // namespace tritutor::screen
