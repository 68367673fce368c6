#pragma once
// What a series of timed samples comes to: medians, quartiles, whether it has settled, and what it says of the limit.

#include <cstddef>
#include <vector>

namespace tritutor {

/// One turn: a kernel's time and the limit's beside it, in us.
struct TimedPair {
  double us = 0;
  double limit_us = 0;
  double clock_mhz = 0;  ///< of the SMs while the kernel ran; 0: unknown
};

struct Quartiles {
  double first = 0, median = 0, third = 0;
};

/// Of values in any order; zeros of none.
Quartiles quartiles(std::vector<double> values);

/// What was measured of a kernel.
struct Measurement {
  Quartiles us;
  Quartiles limit_us;
  Quartiles fraction;       ///< of the limit's speed, turn by turn
  double clock_mhz = 0;     ///< median; 0: unknown
  size_t samples = 0;       ///< that count
  size_t dropped = 0;       ///< taken while the SMs' clock was low
  bool slow_clock = false;  ///< no sample reached the usual clock: they all count
};

/// Samples taken below this part of the usual clock are dropped.
inline constexpr double least_clock = 0.75;

class TimedSeries {
 public:
  /// `usual_mhz`: the highest clock of the SMs, 0: unknown.
  explicit TimedSeries(double usual_mhz) : usual_mhz_(usual_mhz) {}

  void add(const TimedPair& pair);
  /// Whether more samples would tell nothing more: the spread is below 0.5 % of the median, or has itself settled.
  bool settled() const;
  Measurement measurement() const;

 private:
  /// Those that count.
  std::vector<TimedPair> counted() const;

  double usual_mhz_;
  std::vector<TimedPair> pairs_;
};

/// The least time in us that moving `bytes` at `bytes_per_us` and computing take; an answer below it is impossible.
/// What a cache of `cache_bytes` may keep from memory does not count. Tensor cores compute floats eight times as fast
/// as the lanes, in three products of reduced precision as exactly.
struct LeastTime {
  double bytes = 0, bytes_per_us = 0, cache_bytes = 0;
  double flops = 0, flops_per_us = 0;

  double us() const;
};

}  // namespace tritutor
