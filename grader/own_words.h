#pragma once

#include "grader/dialect/dialect.h"
#include "grader/verdict.h"

namespace tritutor {

/// Puts what the stages said into the words of who wrote the file.
void put_in_words(const Dialect& dialect, Verdict& verdict);

}  // namespace tritutor
