#include "app/screen/canvas.h"

#include <fmt/format.h>

#include <algorithm>

namespace tritutor::screen {

std::string Canvas::draw(const std::vector<std::string>& rows) {
  std::string out = known_ ? "" : "\x1b[0m\x1b[2J";
  if (!known_) shown_.clear();
  const size_t count = std::max(rows.size(), shown_.size());
  for (size_t i = 0; i < count; ++i) {
    const std::string now = i < rows.size() ? rows[i] : "";
    const std::string before = i < shown_.size() ? shown_[i] : "";
    if (now != before) {
      // Cleared first: after a full row the cursor stands on its last column, which would be cleared as well.
      out += fmt::format("\x1b[{};1H\x1b[K{}\x1b[0m", i + 1, now);
    }
  }
  shown_ = rows;
  known_ = true;
  return out;
}

}  // namespace tritutor::screen
