#pragma once
// A submission as a learner reads it, for whoever judges the words: tests, and authors.

#include <cstdint>
#include <filesystem>
#include <string>

#include "app/home.h"
#include "grader/curriculum/curriculum.h"
#include "grader/verdict.h"

namespace tritutor {

struct AsRead {
  Verdict verdict;
  std::string text;  ///< what submit prints
};

/// What `tritutor submit FILE --exercise ID` makes of a file, printed on a terminal of 24 rows and 80 columns without
/// colour. Hidden cases are drawn from `seed`. A file that cannot be read is an error whose text says why. Throws
/// ProfileError.
AsRead submit_as_read(const Home& home, const Exercise& exercise, const std::filesystem::path& file, uint64_t seed,
                      unsigned threads = 0);

/// The same of a text that need not be on the disk; `file` is only its name.
AsRead source_as_read(const Home& home, const Exercise& exercise, const std::filesystem::path& file,
                      const std::string& source, uint64_t seed, unsigned threads = 0);

}  // namespace tritutor
