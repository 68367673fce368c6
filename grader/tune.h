#pragma once
// A kernel file's configurations, tried one after the other with the machinery of a bench.

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "grader/bench.h"

namespace tritutor {

/// The configurations of a file as kernels of a bench at `sizes`, in the file's order, or why there are none.
std::variant<std::vector<BenchKernel>, Refusal> configurations_of(const Exercise& exercise,
                                                                  const std::filesystem::path& file,
                                                                  const std::string& source,
                                                                  const std::vector<reference::Values>& sizes,
                                                                  const SubmitOptions& options);

/// The numbers of the series that are right at every size, fastest at the last one first; of one time, in their order.
std::vector<size_t> by_time(const Bench& bench);

/// A configuration that computes something wrong.
struct WrongConfiguration {
  std::string name;
  BenchPoint point;
};

/// Which configuration a submission is judged with.
struct Choice {
  std::optional<Refusal> refusal;           ///< why none can be chosen, with the name of the configuration
  Configuration configuration;              ///< no name: there is one alone
  std::string note;                         ///< a sentence on what was chosen, and from how many
  std::optional<WrongConfiguration> wrong;  ///< the first
};

/// Chooses as Triton's autotuner does: by the time at the size where the exercise is timed, leaving out what does not
/// fit the device. Beside that, every configuration has to be right there, and at a size that no block divides.
Choice choose_configuration(const Exercise& exercise, const std::filesystem::path& file, const std::string& source,
                            const SubmitOptions& options);

}  // namespace tritutor
