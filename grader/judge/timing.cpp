#include "grader/judge/timing.h"

#include <algorithm>
#include <cmath>

namespace tritutor {
namespace {

constexpr size_t least_samples = 12;
constexpr double enough_noise = 0.005;
/// The spread has settled where that of the first half and that of all samples differ by less.
constexpr double settled_noise = 0.1;
constexpr size_t samples_to_settle = 48;
/// Tensor cores against the lanes, at the same accuracy or a lower one.
constexpr double most_tensor_gain = 8;

double spread(const std::vector<double>& values) {
  const Quartiles q = quartiles(values);
  constexpr double quartiles_in_deviations = 1.349;  // of a normal distribution
  return q.median > 0 ? (q.third - q.first) / quartiles_in_deviations / q.median : INFINITY;
}

}  // namespace

Quartiles quartiles(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double part) {
    const double place = part * static_cast<double>(values.size() - 1);
    const auto below = static_cast<size_t>(place);
    const size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - std::floor(place)) * (values[above] - values[below]);
  };
  return {at(0.25), at(0.5), at(0.75)};
}

void TimedSeries::add(const TimedPair& pair) { pairs_.push_back(pair); }

std::vector<TimedPair> TimedSeries::counted() const {
  std::vector<TimedPair> usual;
  for (const TimedPair& pair : pairs_) {
    if (pair.clock_mhz == 0 || pair.clock_mhz >= least_clock * usual_mhz_) usual.push_back(pair);
  }
  return usual.empty() ? pairs_ : usual;
}

bool TimedSeries::settled() const {
  std::vector<double> times;
  for (const TimedPair& pair : counted()) times.push_back(pair.us);
  if (times.size() < least_samples) return false;
  const double all = spread(times);
  if (all <= enough_noise) return true;
  if (times.size() < samples_to_settle) return false;
  times.resize(times.size() / 2);
  return std::fabs(spread(times) - all) <= settled_noise * all;
}

Measurement TimedSeries::measurement() const {
  Measurement measured;
  std::vector<double> us, limit_us, fraction, clock;
  const std::vector<TimedPair> pairs = counted();
  for (const TimedPair& pair : pairs) {
    us.push_back(pair.us);
    limit_us.push_back(pair.limit_us);
    fraction.push_back(pair.us > 0 ? pair.limit_us / pair.us : 0);
    if (pair.clock_mhz > 0) clock.push_back(pair.clock_mhz);
  }
  measured.us = quartiles(us);
  measured.limit_us = quartiles(limit_us);
  measured.fraction = quartiles(fraction);
  measured.clock_mhz = quartiles(clock).median;
  measured.samples = pairs.size();
  measured.dropped = pairs_.size() - pairs.size();
  measured.slow_clock = measured.clock_mhz > 0 && measured.clock_mhz < least_clock * usual_mhz_;
  return measured;
}

double LeastTime::us() const {
  double us = 0;
  if (bytes_per_us > 0) us = std::max(us, std::max(0.0, bytes - cache_bytes) / bytes_per_us);
  if (flops_per_us > 0) us = std::max(us, flops / (most_tensor_gain * flops_per_us));
  return us;
}

}  // namespace tritutor
