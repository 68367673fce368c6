#pragma once
// A small picture of an output: which parts are wrong.

#include <string>
#include <vector>

namespace tritutor {

struct Evidence;

/// Lines of cells: '.' all right, '#' all wrong, '+' some wrong, '?' never written (all of the cell's wrong ones).
/// A vector is one line of at most 64 cells, a matrix at most 16 lines of 48; of several matrices the first wrong one
/// is drawn. The last line says what a cell holds.
std::vector<std::string> draw_map(const Evidence& evidence);

}  // namespace tritutor
