#pragma once
// The list on the watch screen: moving in it, a filter, a search.

#include <string>
#include <vector>

#include "app/list_view.h"
#include "app/screen/keys.h"

namespace tritutor {

class ListPane {
 public:
  enum class Filter { all, open, passed };
  enum class Outcome { stays, chosen, closed };

  /// `selected` is an exercise's id; the first one where there is none of it.
  ListPane(std::vector<ListLine> lines, const std::string& selected);

  /// What a key does, on a screen with so many rows for the list.
  Outcome press(const screen::Key& key, int rows);

  /// nullptr: nothing fits filter and search.
  const Exercise* selected() const;
  /// Lines that fit, headings without an exercise left out; the selected one is marked.
  std::vector<std::string> text(const Style& style) const;
  /// Which of them to begin with, so that the selected one is seen.
  size_t first(int rows) const;
  /// What is filtered and searched for, in words.
  std::string status() const;
  bool searching() const { return searching_; }

 private:
  bool fits(const ListLine& line) const;
  std::vector<size_t> exercises_that_fit() const;
  void move(int by);
  void search_for(const screen::Key& key);

  std::vector<ListLine> lines_;
  size_t selected_ = 0;  ///< of lines_
  Filter filter_ = Filter::all;
  std::string search_;
  bool searching_ = false;  ///< keys are letters of what is searched for
};

}  // namespace tritutor
