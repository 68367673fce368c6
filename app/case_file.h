#pragma once
// A kernel file with a header that says what a submission of it must come to, and what the learner must read:
//
//   // case: what it is, and what the right answer is
//   // exercise: 2.1
//   // verdict: fail                 pass, fail or error
//   // finding: uninitialized 13     a kind, and a line of this file; one such finding must be there
//   // says: some words              the text that submit prints must hold them
//   // never says: some words
//
// finding, says and never says may stand several times; a line that starts with "//" and three spaces or more goes on
// with the one above. White space counts as one space wherever texts are compared. The header ends at the first line
// that is no comment with a key.

#include <string>
#include <string_view>
#include <vector>

#include "grader/verdict.h"

namespace tritutor {

struct CaseFile {
  struct WantedFinding {
    std::string kind;
    int line = 0;
  };
  std::string about, exercise;
  std::string verdict;  ///< "pass", "fail", "error"
  std::vector<WantedFinding> findings;
  std::vector<std::string> says, never_says;
};

/// Reads the header; a byte-order mark before it is skipped. What is wrong with it is added to `errors`.
CaseFile parse_case_file(std::string_view source, std::vector<std::string>& errors);

/// What a verdict and the text printed for it lack of what the header says, one sentence each; empty: all is there.
std::vector<std::string> unmet_wishes(const CaseFile& wanted, const Verdict& verdict, std::string_view text);

}  // namespace tritutor
