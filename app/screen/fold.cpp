#include "app/screen/fold.h"

#include <algorithm>

#include "app/screen/links.h"
#include "app/terminal.h"

namespace tritutor::screen {

namespace {

constexpr std::string_view reset = "\x1b[0m";
constexpr int tab_stop = 8;

class Folder {
 public:
  Folder(int width, bool by_words) : width_(std::max(width, 1)), by_words_(by_words) {}

  void feed(std::string_view text) {
    for (size_t at = 0; at < text.size();) {
      if (const size_t bytes = text[at] == '\x1b' ? escape_at(text.substr(at)) : 0; bytes > 0) {
        escape(text.substr(at, bytes));
        at += bytes;
        continue;
      }
      size_t end = at + 1;
      while (end < text.size() && !starts_code_point(text[end])) ++end;
      const std::string_view character = text.substr(at, end - at);
      if (character == "\n") {
        end_row();
      } else if (character == "\t") {
        for (int spaces = tab_stop - column_ % tab_stop; spaces > 0; --spaces) put(" ");
      } else {
        put(character);
      }
      at = end;
    }
  }

  std::vector<std::string> rows() {
    if (column_ > 0) end_row();
    return std::move(rows_);
  }

 private:
  /// What a row is in at some place of it.
  struct State {
    std::string color, link;
    std::string begins() const { return color + link; }
    std::string ends() const {
      return (link.empty() ? "" : std::string(link_end)) + (color.empty() ? "" : std::string(reset));
    }
  };

  void put(std::string_view character) {
    if (column_ == width_) {
      const bool at_space = character == " ";
      break_row(at_space);
      if (at_space && by_words_) return;
    }
    row_ += character;
    ++column_;
    if (character == " ") {
      word_ = row_.size();
      word_column_ = column_;
      at_word_ = state_;
    }
  }

  /// Before the last word, unless that is most of the row: a table's or a program's line.
  void break_row(bool between_words) {
    if (between_words || !by_words_ || word_column_ < width_ / 2) return end_row();
    const std::string rest = row_.substr(word_);
    const int columns = column_ - word_column_;
    rows_.push_back(row_.substr(0, word_ - 1) + at_word_.ends());
    begin_row(at_word_);
    row_ += rest;
    column_ = columns;
  }

  void escape(std::string_view sequence) {
    if (is_link(sequence)) {
      state_.link = sequence == link_end ? "" : std::string(sequence);
    } else {
      state_.color = sequence == reset ? "" : std::string(sequence);
    }
    row_ += sequence;
  }

  void end_row() {
    rows_.push_back(row_ + state_.ends());
    begin_row(state_);
  }

  void begin_row(const State& state) {
    row_ = state.begins();
    column_ = word_column_ = 0;
    word_ = 0;
  }

  int width_, column_ = 0;
  bool by_words_;
  std::string row_;
  State state_;
  size_t word_ = 0;  ///< where in the row the last word begins, after its space
  int word_column_ = 0;
  State at_word_;
  std::vector<std::string> rows_;
};

}  // namespace

size_t escape_at(std::string_view text) {
  const size_t code = Style::code_at(text);
  return code > 0 ? code : link_at(text);
}

std::vector<std::string> fold(std::string_view text, int width) {
  Folder folder(width, true);
  folder.feed(text);
  return folder.rows();
}

std::string clip(std::string_view line, int width) {
  Folder folder(width, false);
  folder.feed(line.substr(0, line.find('\n')));
  const std::vector<std::string> rows = folder.rows();
  return rows.empty() ? "" : rows[0];
}

int columns_in(std::string_view row) {
  int columns = 0;
  for (size_t at = 0; at < row.size();) {
    if (const size_t bytes = row[at] == '\x1b' ? escape_at(row.substr(at)) : 0; bytes > 0) {
      at += bytes;
      continue;
    }
    if (starts_code_point(row[at++])) ++columns;
  }
  return columns;
}

}  // namespace tritutor::screen
