#pragma once
// What one attempt came to, as the record's details tell it.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "grader/record/record.h"

namespace tritutor {

struct AttemptSummary {
  bool right = false;  ///< every case passed
  bool predicted = false;
  bool at_least = false;          ///< of a predicted time: the kernel takes longer
  std::optional<double> time_us;  ///< measured or predicted
  std::string profile;            ///< of a predicted time: the device it is for
  std::string failed_case;        ///< the first that failed; empty: none, or the file was not run
  std::string failed_by;          ///< "out-of-bounds", "off-by-one", "compile", "not fast enough"; empty: it passed
};

/// From Attempt::details, as a submission or an older version of the program wrote them: what is not there stays empty.
AttemptSummary summary_of(const Attempt& attempt);

/// "228 us predicted for H200", "175 us on NVIDIA H100 80GB HBM3", "case one: out-of-bounds"; with a time and a
/// failure, both.
std::string in_words(const AttemptSummary& summary, const Attempt& attempt);

/// The attempt as --json prints it, without its source.
nlohmann::json to_json(const AttemptSummary& summary, const Attempt& attempt);

}  // namespace tritutor
