#pragma once
// An array of numbers as the terminal shows it: whole where it is small, else its ends and what is wrong.

#include <string>
#include <vector>

#include "app/terminal.h"
#include "reference/array.h"

namespace tritutor {

struct ShownArray {
  const reference::Array* values = nullptr;
  // Of an output; else nullptr:
  const std::vector<double>* expected = nullptr;
  const std::vector<char>* wrong = nullptr;      ///< 1 where it is not as expected
  const std::vector<char>* unwritten = nullptr;  ///< 1 where nothing was written
};

struct ArrayViewOptions {
  Style style;
  int width = 80;
  bool whole = false;  ///< nothing is left out, however long the lines get
};

/// Lines that begin with the index of their first element; a matrix is a table, and an array of more dimensions one for
/// each leading index. Wrong elements are marked with a star, with a line below that says what is wanted.
std::string view_array(const ShownArray& array, const ArrayViewOptions& options);

}  // namespace tritutor
