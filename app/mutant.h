#pragma once
// A mutant: a kernel with one known mistake, and why it must be refused, in the comments it starts with:
//
//   // mutant: no mask on the last block
//   // refused: case tail
//   // refused: finding out-of-bounds
//
// Every "refused" line must hold: `case NAME` did not pass; some case's mismatch has `pattern ID`; some case has a
// `finding KIND`; the whole file met a `refusal KIND` ("plan", "signature", ...); it is right and `slow COUNTER`: not
// fast enough, and that counter explains it ("sectors-per-request", ...).

#include <string>
#include <string_view>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/verdict.h"

namespace tritutor {

struct Mutant {
  struct Reason {
    std::string kind;  ///< "case", "pattern", "finding", "refusal", "slow"
    std::string name;
  };
  std::string mistake;
  std::vector<Reason> reasons;
};

/// Reads the comments. What is wrong with them is added to `errors`.
Mutant parse_mutant(std::string_view source, std::vector<std::string>& errors);

/// What the verdict lacks of what the mutant says, one sentence each; empty: refused for its stated reasons.
std::vector<std::string> unmet_reasons(const Mutant& mutant, const Verdict& verdict);

}  // namespace tritutor
