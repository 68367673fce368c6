#pragma once
// Long text a screen at a time.

#include <string_view>

namespace tritutor {

/// Writes text for a person: through $PAGER (less where that is unset; "cat" or an empty one: none) where standard
/// output is a terminal that it does not fit on, else straight to standard output. `rows` and `width` are the
/// terminal's; rows 0: it is none.
void page(std::string_view text, int rows, int width);

}  // namespace tritutor
