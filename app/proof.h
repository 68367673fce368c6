#pragma once
// The proof of a curriculum: its starters fail, its solutions pass and do not miss bronze, its mutants and fakes are
// refused.

#include <cstdint>
#include <functional>
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

/// What was proved of one exercise.
struct ExerciseProof {
  const Exercise* exercise = nullptr;
  int64_t mutants = 0, mutants_refused = 0;
  int64_t fakes_refused = 0, fakes_by_nature = 0;
  double solution_seconds = 0;  ///< of grading our solutions, on one host thread
  std::vector<Violation> violations;
};

struct ProofOptions {
  unsigned threads = 0;  ///< 0: as many as there are cores
  uint64_t seed = 1;     ///< of hidden cases: the same at each run, so that a proof does not change by itself
  const DeviceProfile* profile = nullptr;  ///< whose predictions say what is fast enough; nullptr: speed is not proved
};

/// Proves the exercises one after the other, files and cases in parallel. `done` is called as each one is finished, in
/// their order.
void prove(const Home& home, const std::vector<const Exercise*>& exercises, const ProofOptions& options,
           const std::function<void(const ExerciseProof&)>& done);

}  // namespace tritutor
