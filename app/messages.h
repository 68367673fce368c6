#pragma once
// What learners read of wrong kernels, collected for an author to read in one go: every mutant, every case once judged
// wrongly, every planted bug.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/home.h"
#include "grader/curriculum/curriculum.h"

namespace tritutor {

struct Message {
  std::string group;  ///< "2.1 Sum reduction"; the messages of one follow each other
  std::string file;   ///< relative to the product's folder
  std::string about;  ///< the mistake, as the file's header has it
  std::string text;   ///< what is read
};

struct MessageOptions {
  bool planted = true;   ///< the virtual GPU's planted bugs too
  unsigned threads = 0;  ///< 0: as many as there are cores
  uint64_t seed = 1;     ///< of hidden cases
};

/// Grades and runs everything, in parallel, and returns the messages in a fixed order: by exercise its mutants and its
/// cases (tests/cases), then the planted bugs. What cannot be run has the reason as its text.
std::vector<Message> collect_messages(const Home& home, const std::vector<const Exercise*>& exercises,
                                      const MessageOptions& options);

/// One readable document, Markdown with a fenced block for each.
std::string as_document(const std::vector<Message>& messages);

}  // namespace tritutor
