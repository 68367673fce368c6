#pragma once
// A table of Markdown ("| a | b |", a rule, rows) in columns of a terminal.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/terminal.h"

namespace tritutor {

class MarkdownTable {
 public:
  /// A line that starts with "|". A rule ("| --- | --- |") parts the heading from the rows. "\|" is no border.
  void add_line(std::string_view line);

  /// In at most `width` columns where words allow it: the widest columns are wrapped. Empty: no line was added.
  /// `inline_text` turns a cell's Markdown into what is shown.
  std::string text(const Style& style, int width,
                   const std::function<std::string(std::string_view)>& inline_text) const;

 private:
  std::vector<std::vector<std::string>> rows_;
  size_t heading_rows_ = 0;
};

}  // namespace tritutor
