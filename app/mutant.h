#pragma once
// A mutant: a kernel with one known mistake, and why it must be refused. It is a patch over the exercise's solution
// (NAME.patch, app/patch.h), or a kernel file of its own (NAME.cu, NAME.py) where little of the solution is left.
// Either starts with comments, in Python's form ("# mutant: ...") or this one:
//
//   // mutant: no mask on the last block
//   // refused: case tail
//   // refused: finding out-of-bounds
//
// Every "refused" line must hold: `case NAME` did not pass; some case's mismatch has `pattern ID`; some case has a
// `finding KIND`; the whole file met a `refusal KIND` ("plan", "signature", ...); it is right and `slow COUNTER`: not
// fast enough, and that counter explains it ("sectors-per-request", ...); the refusal or what is wrong with a case
// `says TEXT` among other words.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "app/home.h"
#include "grader/curriculum/curriculum.h"
#include "grader/verdict.h"

namespace tritutor {

struct Mutant {
  struct Reason {
    std::string kind;  ///< "case", "pattern", "finding", "refusal", "slow", "says"
    std::string name;
  };
  std::string mistake;
  std::vector<Reason> reasons;
};

struct MutantKernel {
  std::filesystem::path file;  ///< as it is graded; of a patch: its name with the extension of the solution
  std::string source;
};

/// A folder's mutants, sorted.
std::vector<std::filesystem::path> mutants_in(const std::filesystem::path& folder);

/// What a mutant is written in: of a patch the dialect of the file it names; CUDA C++ where a patch names none. Throws
/// CommandError for what cannot be read.
DialectId dialect_of_mutant(const std::filesystem::path& mutant);

/// The kernel of NAME.patch, NAME.cu or NAME.py: of a patch the file it names, with the patch applied. Throws
/// CommandError for what cannot be read, PatchError for a patch that does not fit.
MutantKernel mutant_kernel(const Home& home, const std::filesystem::path& mutant);

/// Reads the comments. What is wrong with them is added to `errors`.
Mutant parse_mutant(std::string_view source, std::vector<std::string>& errors);

/// What the verdict lacks of what the mutant says, one sentence each; empty: refused for its stated reasons.
std::vector<std::string> unmet_reasons(const Mutant& mutant, const Verdict& verdict);

}  // namespace tritutor
