#pragma once
// What no GPU has to be asked about: counters so far from their ideal that a right kernel is not good enough. Decided
// by ratios of what was counted, never by a predicted time.

#include <optional>
#include <string>
#include <vector>

#include "grader/judge/predict.h"

namespace tritutor {

/// A gross waste and where it is.
struct Inefficiency {
  std::string counter;          ///< "sectors-per-request", "bytes-moved", "shared-wavefronts"
  double value = 0, ideal = 0;  ///< in the counter's unit
  std::string file;             ///< as the counters name it
  int line = 0;                 ///< that wastes most; 0: unknown
  std::string message;          ///< one sentence with the value and its ideal
  std::string cause;            ///< what that means, and what to look at
};

/// The worst of them, nullopt where none is clear. Looked for in one run of a timed case:
/// - lines with most of the global traffic that touch over 16 sectors a request, where all requests together touch 4
///   times the sectors of the limit's bytes (or, where the limit is arithmetic, more bytes an operation than
///   would let the kernel come near bronze);
/// - launches that together move 3 times the limit's bytes through memory (limits copy and read);
/// - bank conflicts that make 8 times the wavefronts the shared memory's traffic needs.
std::optional<Inefficiency> gross_inefficiency(const std::vector<StepCounters>& steps, const LimitWork& work,
                                               const Thresholds& thresholds);

/// The counts of all steps together; lines of the same place are added up.
vgpu::Counters sum_of(const std::vector<StepCounters>& steps);

/// 32-byte sectors per warp-level request to global memory, loads and stores together; 0 where there was none.
double sectors_per_request(const vgpu::Counts& counts);

/// Sectors per request if neighbouring threads used neighbouring 4-byte elements.
inline constexpr double ideal_sectors_per_request = 4;

/// Wavefronts of shared memory against those that its traffic needs without conflicts; 1 where there was none.
double wavefront_ratio(const vgpu::Counts& counts);

}  // namespace tritutor
