#include "app/list_pane.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace tritutor {

namespace {

using screen::Key;
using Kind = Key::Kind;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// What a search looks at: "4.1 tiled_matmul tiled matmul Tiled matrix product".
std::string searched(const Exercise& exercise) {
  std::string words = exercise.slug;
  std::replace(words.begin(), words.end(), '_', ' ');
  return lower(fmt::format("{} {} {} {}", exercise.id, exercise.slug, words, exercise.title));
}

bool is_letter(const Key& key, const char* letter) { return key.kind == Kind::text && key.text == letter; }

}  // namespace

ListPane::ListPane(std::vector<ListLine> lines, const std::string& selected) : lines_(std::move(lines)) {
  const auto named = std::find_if(lines_.begin(), lines_.end(), [&](const ListLine& line) {
    return line.exercise != nullptr && line.exercise->id == selected;
  });
  const auto any =
      std::find_if(lines_.begin(), lines_.end(), [](const ListLine& line) { return line.exercise != nullptr; });
  selected_ = static_cast<size_t>((named != lines_.end() ? named : any) - lines_.begin());
}

bool ListPane::fits(const ListLine& line) const {
  if (line.exercise == nullptr) return false;
  if (filter_ == Filter::open && line.passed) return false;
  if (filter_ == Filter::passed && !line.passed) return false;
  return searched(*line.exercise).find(lower(search_)) != std::string::npos;
}

std::vector<size_t> ListPane::exercises_that_fit() const {
  std::vector<size_t> found;
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (fits(lines_[i])) found.push_back(i);
  }
  return found;
}

const Exercise* ListPane::selected() const {
  return selected_ < lines_.size() && fits(lines_[selected_]) ? lines_[selected_].exercise : nullptr;
}

/// To one that fits; from one that does not fit any more, to the nearest below, else above.
void ListPane::move(int by) {
  const std::vector<size_t> fitting = exercises_that_fit();
  if (fitting.empty()) return;
  const auto at = std::lower_bound(fitting.begin(), fitting.end(), selected_) - fitting.begin();
  const auto last = static_cast<std::ptrdiff_t>(fitting.size()) - 1;
  selected_ = fitting[static_cast<size_t>(std::clamp<std::ptrdiff_t>(at + by, 0, last))];
}

void ListPane::search_for(const Key& key) {
  if (key.kind == Kind::text) {
    search_ += key.text;
    selected_ = 0;  // the first that is found
  } else if (key.kind == Kind::backspace) {
    while (!search_.empty() && !starts_code_point(search_.back())) search_.pop_back();
    if (!search_.empty()) search_.pop_back();
  } else if (key.kind == Kind::escape) {
    search_.clear();
    searching_ = false;
  } else if (key.kind == Kind::enter) {
    searching_ = false;
  }
  move(0);
}

ListPane::Outcome ListPane::press(const Key& key, int rows) {
  if (key.kind == Kind::up || (!searching_ && is_letter(key, "k"))) {
    move(-1);
  } else if (key.kind == Kind::down || (!searching_ && is_letter(key, "j"))) {
    move(1);
  } else if (key.kind == Kind::page_up) {
    move(-rows);
  } else if (key.kind == Kind::page_down) {
    move(rows);
  } else if (key.kind == Kind::home) {
    move(-static_cast<int>(lines_.size()));
  } else if (key.kind == Kind::end) {
    move(static_cast<int>(lines_.size()));
  } else if (searching_) {
    search_for(key);
  } else if (key.kind == Kind::enter) {
    return selected() == nullptr ? Outcome::stays : Outcome::chosen;
  } else if (is_letter(key, "/")) {
    searching_ = true;
  } else if (is_letter(key, "f")) {
    filter_ = filter_ == Filter::all ? Filter::open : filter_ == Filter::open ? Filter::passed : Filter::all;
    move(0);
  } else if (key.kind == Kind::escape && !search_.empty()) {
    search_.clear();
  } else if (key.kind == Kind::escape || is_letter(key, "l") || is_letter(key, "q")) {
    return Outcome::closed;
  }
  return Outcome::stays;
}

std::vector<std::string> ListPane::text(const Style& style) const {
  std::vector<std::string> text;
  const ListLine* heading = nullptr;
  for (size_t i = 0; i < lines_.size(); ++i) {
    const ListLine& line = lines_[i];
    if (line.exercise == nullptr) {
      heading = &line;
    } else if (fits(line)) {
      if (heading != nullptr) text.push_back(heading->text);
      heading = nullptr;
      text.push_back(i == selected_ ? style.bold(">") + line.text.substr(1) : line.text);
    }
  }
  return text;
}

size_t ListPane::first(int rows) const {
  const std::vector<std::string> all = text(Style());
  const auto marked =
      std::find_if(all.begin(), all.end(), [](const std::string& line) { return line.starts_with(">"); });
  if (marked == all.end()) return 0;
  const auto at = static_cast<size_t>(marked - all.begin()), room = static_cast<size_t>(std::max(rows, 1));
  if (all.size() <= room) return 0;
  return std::min(at > room / 2 ? at - room / 2 : 0, all.size() - room);
}

std::string ListPane::status() const {
  constexpr const char* filters[] = {"all exercises", "not passed yet", "passed"};
  const size_t count = exercises_that_fit().size();
  const std::string filter = filters[static_cast<size_t>(filter_)];
  if (searching_) return fmt::format("search: {}_  ({} found)", search_, count);
  if (!search_.empty()) return fmt::format("{}, search \"{}\": {} found", filter, search_, count);
  return fmt::format("{}: {}", filter, count);
}

}  // namespace tritutor
