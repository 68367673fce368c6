#pragma once
// What explains a time: waste that the counters show, with its place. It decides nothing; the time does (medal.h).

#include <optional>
#include <string>
#include <vector>

#include "grader/judge/predict.h"

namespace tritutor {

/// A waste and where it is.
struct Inefficiency {
  std::string counter;          ///< "sectors-per-request", "shared-wavefronts", "bytes-moved", "active-lanes"
  double value = 0, ideal = 0;  ///< in the counter's unit
  std::string file;             ///< as the counters name it
  int line = 0;                 ///< that wastes most; 0: unknown
  std::string message;          ///< one sentence with the value and its ideal
  std::string cause;            ///< what that means, and what to look at
};

/// The first that is there, in one run of a timed case; nullopt where none is clear:
/// - half of the global traffic or more is scattered, where all requests together touch twice the sectors of the
///   limit's bytes (or, where the limit is arithmetic, more bytes an operation than would let the kernel come near
///   bronze);
/// - bank conflicts that double the wavefronts of much shared memory's traffic;
/// - launches that together move 1.5 times the limit's bytes through memory (limits copy and read);
/// - warps of which half of the lanes or fewer work.
std::optional<Inefficiency> find_inefficiency(const std::vector<StepCounters>& steps, const LimitWork& work,
                                              const Thresholds& thresholds);

/// The counts of all steps together; lines of the same place are added up.
vgpu::Counters sum_of(const std::vector<StepCounters>& steps);

/// 32-byte sectors per warp-level request to global memory, loads and stores together; 0 where there was none.
double sectors_per_request(const vgpu::Counts& counts);

/// The same where the bytes of each request lie side by side: 4 for 4-byte elements.
double ideal_sectors_per_request(const vgpu::Counts& counts);

/// Wavefronts of shared memory against those that its traffic needs without conflicts; 1 where there was none.
double wavefront_ratio(const vgpu::Counts& counts);

}  // namespace tritutor
