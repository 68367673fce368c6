#pragma once
// The proof of a curriculum: its starters fail, its solutions pass and do not miss bronze, its mutants and fakes are
// refused.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/home.h"
#include "grader/curriculum/curriculum.h"
#include "grader/judge/profile.h"

namespace tritutor {

struct Violation {
  std::string place;  ///< the file, or the curriculum and the exercise
  std::string what;
};

struct MutantCount {
  int64_t all = 0, refused = 0;
};

/// What was proved of one exercise.
struct ExerciseProof {
  const Exercise* exercise = nullptr;
  std::map<DialectId, MutantCount> mutants;
  int64_t fakes_refused = 0, fakes_by_nature = 0;
  double solution_seconds = 0;  ///< of grading our solutions, on one host thread
  std::vector<Violation> violations;
};

struct ProofOptions {
  /// Whose files are proved. Every exercise has some in CUDA C++, and may have some in Triton.
  std::vector<DialectId> dialects{DialectId::cuda};
  unsigned threads = 0;  ///< 0: as many as there are cores
  uint64_t seed = 1;     ///< of hidden cases: the same at each run, so that a proof does not change by itself
  const DeviceProfile* profile = nullptr;  ///< whose predictions say what is fast enough; nullptr: speed is not proved
};

/// How many starters, solutions and mutants an exercise has in a dialect.
int64_t count_files(const Home& home, const Exercise& exercise, DialectId dialect);

/// Proves the exercises one after the other, files and cases in parallel. `done` is called as each one is finished, in
/// their order.
void prove(const Home& home, const std::vector<const Exercise*>& exercises, const ProofOptions& options,
           const std::function<void(const ExerciseProof&)>& done);

}  // namespace tritutor
