#pragma once

#include <string>

#include "grader/curriculum/curriculum.h"
#include "grader/dialect/cuda/source_scan.h"
#include "grader/dialect/refusal.h"

namespace tritutor {

/// The file that did not compile.
struct CompiledText {
  const SourceScan& scan;
  const std::string& source;
  const Exercise& exercise;
};

/// What a compiler's error in the learner's file probably means and what to do about it, in a learner's words; empty
/// where the error says all that is known.
std::string advice_for(const Diagnostic& error, const CompiledText& text);

/// The same for a name that the compiler does not know.
std::string advice_for_name(const std::string& name, const Diagnostic& error, const CompiledText& text);
/// And for one that namespace std does not have on a device.
std::string advice_for_std(const std::string& name);

/// The names of the sizes and scalars that launch() gets: "p.n, p.alpha".
std::string problem_members(const Exercise& exercise);

/// Last token that ends before a place, and the token at it; nullptr: none.
const Token* token_before(const SourceScan& scan, int line, int column);
const Token* token_at(const SourceScan& scan, int line, int column);

}  // namespace tritutor
