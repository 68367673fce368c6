// A timed case on a GPU: sets of data in memory, each held against the reference, then samples in turns with the limit.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <future>
#include <random>

#include "grader/case_data.h"
#include "grader/device/gpu_kernels.h"
#include "grader/full_check.h"
#include "grader/gpu_work.h"
#include "grader/judge/medal.h"

namespace tritutor {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Another one where a line is too close to call.
constexpr int most_rounds = 2;
/// A batch of samples between two looks at them.
constexpr double batch_seconds = 0.25;
constexpr double full_size_seconds = 10;
constexpr size_t least_sets = 2, most_sets = 8;
/// Of the GPU's memory, for all sets and the limit's buffers.
constexpr double most_memory = 0.7;
/// Multiplications of the reference for the first set, and for each further one.
constexpr double first_work = 3e8, further_work = 2e7;
/// Expected values that are kept for comparing later runs with.
constexpr uint64_t most_kept_bytes = 1 << 20;
/// Below this the cost of the events themselves counts.
constexpr double short_us = 10;
/// What cuBLAS reaches of the rate of multiply-adds, where it cannot be asked.
constexpr double assumed_gemm_efficiency = 0.8;
/// How far a clock and a datasheet may be off.
constexpr double floor_slack = 0.95;

std::string megabytes(double bytes) { return fmt::format("{:.3g} MB", bytes * 1e-6); }

}  // namespace

/// Data for one run of the plan, in the GPU's memory.
struct GpuWork::Set {
  GpuTimedSet timed;
  std::vector<uint64_t> inputs, outputs;      ///< fingerprints
  uint64_t seed = 0;                          ///< of its inputs
  std::vector<reference::Expected> expected;  ///< of outputs that are small; empty: they are not
};

/// The measuring of one case.
class GpuWork::Timer {
 public:
  Timer(GpuWork& work, const Case& large, const Thresholds& thresholds)
      : work_(work),
        exercise_(work.exercise_),
        large_(large),
        thresholds_(thresholds),
        gpu_(*work.gpu_),
        plan_(work.plan_of(large)),
        series_(work.info().clock_mhz),
        random_(work.options_.seed) {}

  GpuMeasured run();

 private:
  bool make_sets();
  std::future<reference::Arrays> inputs_of(const Set& set) const;
  bool make_set(Set& set, const reference::Arrays& inputs, double work);
  void set_limit();
  bool time();
  bool judge(const GpuSamples& batch, size_t& count);
  bool judge_outputs(const GpuSample& sample, bool latest, bool& usable);
  std::optional<Mismatch> compare_all(const Set& set, const std::vector<reference::Array>& outputs) const;
  bool check(const Set& set, const reference::Arrays& inputs, double work, const std::string& when);
  bool fail(const GpuError& error, const reference::Arrays& inputs);
  bool damaged(const reference::Arrays& inputs);
  void check_floor();

  GpuWork& work_;
  const Exercise& exercise_;
  const Case& large_;
  const Thresholds& thresholds_;
  Gpu& gpu_;
  const LaunchPlan plan_;
  TimedSeries series_;
  std::mt19937_64 random_;
  std::vector<Set> sets_;
  double fixed_limit_us_ = 0;  ///< of arithmetic whose rate was measured; 0: none
  bool varies_ = false;        ///< a large output differs from run to run
  GpuMeasured measured_;
};

std::future<reference::Arrays> GpuWork::Timer::inputs_of(const Set& set) const {
  return std::async(std::launch::async, [this, seed = set.seed] {
    Case drawn = large_;
    drawn.seed.reset();
    return make_inputs(exercise_, drawn, seed);
  });
}

/// Keeps why a run at full size ended, with the line where the virtual GPU finds it. False, for the caller to return.
bool GpuWork::Timer::fail(const GpuError& error, const reference::Arrays& inputs) {
  measured_.fault = work_.fault_of(error, " at " + sizes_in_words(exercise_, large_.values));
  if (error.kind() != GpuError::Kind::refused) {
    measured_.fault.findings = work_.ask_virtual_gpu(large_, inputs, plan_);
  }
  measured_.differs = measured_.fault.findings.empty();
  return false;
}

/// Keeps that memory beside a buffer was written to. False, for the caller to return.
bool GpuWork::Timer::damaged(const reference::Arrays& inputs) {
  measured_.fault.problem = fmt::format("at {}, on {}: memory outside of the buffers was written to",
                                        sizes_in_words(exercise_, large_.values), work_.info().name);
  measured_.fault.findings = work_.ask_virtual_gpu(large_, inputs, plan_);
  measured_.differs = measured_.fault.findings.empty();
  return false;
}

/// Outputs that are small, against what is expected of them.
std::optional<Mismatch> GpuWork::Timer::compare_all(const Set& set,
                                                    const std::vector<reference::Array>& outputs) const {
  size_t o = 0;
  for (const Argument& argument : exercise_.arguments) {
    if (argument.role != Role::output) continue;
    const Tolerance& tolerance = exercise_.tolerance.at(argument.name);
    const double length = reduction_length(tolerance, large_.values);
    auto wrong = compare(argument.name, outputs[o], set.expected[o], tolerance, length);
    if (wrong && wrong->pattern == "small-errors") wrong->pattern_text += " Or a part of the data was left out.";
    if (wrong) return wrong;
    ++o;
  }
  return std::nullopt;
}

bool GpuWork::Timer::check(const Set& set, const reference::Arrays& inputs, double work, const std::string& when) {
  std::vector<reference::Array> outputs;
  size_t o = 0;
  for (const Argument& argument : exercise_.arguments) {
    if (argument.role != Role::output) continue;
    outputs.emplace_back(argument.type, shape_of(argument, large_.values));
    gpu_.download(set.timed.outputs[o++].address, outputs.back().bytes);
  }
  if (set.expected.empty()) {
    measured_.fault.mismatch =
        check_in_full(exercise_, large_, inputs, outputs, {work, work_.options_.threads, random_()});
  } else {
    measured_.fault.mismatch = compare_all(set, outputs);
  }
  if (!measured_.fault.mismatch) return true;
  measured_.fault.problem =
      fmt::format("at {}, on {}{}:", sizes_in_words(exercise_, large_.values), work_.info().name, when);
  return false;
}

/// Uploads, runs and checks one set.
bool GpuWork::Timer::make_set(Set& set, const reference::Arrays& inputs, double work) {
  std::vector<Device::Buffer> addresses;
  for (const Argument& argument : exercise_.arguments) {
    const bool input = argument.role == Role::input;
    if (!input && argument.role != Role::output) continue;
    const uint64_t bytes = elements_of(argument, large_.values) * reference::size_of(argument.type);
    addresses.push_back(gpu_.allocate(bytes));
    (input ? set.timed.inputs : set.timed.outputs).push_back({addresses.back(), bytes});
    if (input) gpu_.upload(addresses.back(), inputs.at(argument.name).bytes);
  }
  std::vector<Device::Buffer> scratch;
  for (const ScratchBuffer& each : plan_.scratch) scratch.push_back(gpu_.allocate(each.bytes));
  for (const Step& step : plan_.steps) {
    set.timed.launches.emplace_back(work_.program_->on_gpu(step),
                                    work_.program_->parameters(exercise_, step, large_.values, addresses, scratch));
  }
  for (const GpuRegion& input : set.timed.inputs) set.inputs.push_back(gpu_.fingerprint(input));
  try {
    for (const auto& [step, parameters] : set.timed.launches) gpu_.run(step, parameters, full_size_seconds);
  } catch (const GpuError& error) {
    return fail(error, inputs);
  }
  if (const std::vector<GuardDamage> damages = gpu_.damages(); !damages.empty()) return damaged(inputs);
  uint64_t output_bytes = 0;
  for (const GpuRegion& output : set.timed.outputs) output_bytes += output.bytes;
  if (output_bytes <= most_kept_bytes) {
    set.expected = expected_in_full(exercise_, large_, inputs, work_.options_.threads);
  }
  for (const GpuRegion& output : set.timed.outputs) set.outputs.push_back(gpu_.fingerprint(output));
  for (size_t i = 0; i < set.inputs.size(); ++i) {
    if (gpu_.fingerprint(set.timed.inputs[i]) == set.inputs[i]) continue;
    measured_.fault.problem = fmt::format("at {}, on {}: an input was changed; inputs are read only",
                                          sizes_in_words(exercise_, large_.values), work_.info().name);
    return false;
  }
  return check(set, inputs, work, "");
}

bool GpuWork::Timer::make_sets() {
  const Progress::Task task(work_.options_.progress,
                            fmt::format("full size, {}", sizes_in_words(exercise_, large_.values)));
  double bytes = 0;
  for (const Argument& argument : exercise_.arguments) {
    if (argument.role != Role::input && argument.role != Role::output) continue;
    bytes += static_cast<double>(elements_of(argument, large_.values) * reference::size_of(argument.type));
  }
  const double room = most_memory * static_cast<double>(work_.info().memory_bytes) / std::max(1.0, bytes);
  const double wanted = 2 * static_cast<double>(work_.info().l2_bytes) / std::max(1.0, bytes);
  // One for the limit's buffers.
  const auto count = static_cast<size_t>(std::clamp(std::ceil(wanted), double{least_sets}, double{most_sets}));
  sets_.resize(std::clamp<size_t>(static_cast<size_t>(room) - (room >= 1 ? 1 : 0), 1, count));
  for (Set& set : sets_) set.seed = random_();
  // The next set's data are made while this one is looked at.
  std::future<reference::Arrays> next = inputs_of(sets_[0]);
  for (size_t i = 0; i < sets_.size(); ++i) {
    const reference::Arrays inputs = next.get();
    if (i + 1 < sets_.size()) next = inputs_of(sets_[i + 1]);
    if (!make_set(sets_[i], inputs, i == 0 ? first_work : further_work)) return false;
  }
  std::vector<GpuTimedSet> timed;
  for (const Set& set : sets_) timed.push_back(set.timed);
  gpu_.take_sets(timed);
  return true;
}

/// What the exercise's limit is on this GPU: the memory's part is timed in turns with the kernel, the arithmetic's
/// part once.
void GpuWork::Timer::set_limit() {
  const LimitWork limit = limit_work(exercise_.limit, large_.values);
  const auto value = [&](const char* name) {
    const auto found = large_.values.find(name);
    return found == large_.values.end() ? uint64_t{1} : static_cast<uint64_t>(found->second);
  };
  const auto by_arithmetic = [&] {
    const GpuRates rates = gpu_.rates(uint64_t{64} << 20);
    fixed_limit_us_ = std::max(limit.flops / (assumed_gemm_efficiency * rates.float_operations),
                               limit.integer_operations / (integer_operations_per_turn * rates.integer_turns));
  };
  const auto moved = static_cast<uint64_t>(limit.bytes);
  if (limit.kind == "gemm_f32") {
    try {
      const std::string version = gpu_.use_cublas(cublas_candidates());
      gpu_.limit_by_gemm(value("m"), value("n"), value("k"), value("batch"));
      measured_.limit = "cuBLAS " + version;
    } catch (const GpuError& error) {
      if (error.kind() != GpuError::Kind::refused) throw;
      gpu_.no_limit();
      by_arithmetic();
      measured_.limit = fmt::format("{:.0f} % of the rate of multiply-adds", 100 * assumed_gemm_efficiency);
      measured_.note = "cuBLAS is not there to compare with: pip install nvidia-cublas, or set TRITUTOR_CUBLAS";
    }
    return;
  }
  if (limit.kind == "read") {
    gpu_.limit_by_read(moved);
    measured_.limit = "reading " + megabytes(limit.bytes);
  } else {
    gpu_.limit_by_copy(moved);
    measured_.limit = fmt::format("a copy that moves {}", megabytes(limit.bytes));
  }
  if (limit.flops > 0 || limit.integer_operations > 0) {
    by_arithmetic();
    measured_.limit +=
        limit.flops > 0
            ? fmt::format(", or {:.3g} operations on floats, whichever takes longer", limit.flops)
            : fmt::format(", or {:.3g} operations on integers, whichever takes longer", limit.integer_operations);
  }
}

/// Whether the outputs of a timed run are right. `latest`: they are still in memory. `usable` becomes false where it
/// cannot be told any more.
bool GpuWork::Timer::judge_outputs(const GpuSample& sample, bool latest, bool& usable) {
  const Set& set = sets_[sample.set];
  bool same = true;
  for (size_t o = 0; o < sample.outputs.size(); ++o) same = same && sample.outputs[o].fingerprint == set.outputs[o];
  if (same) return true;
  // Another order of additions, say: it is as right as the first one was, or it is not right.
  const std::string when = ", in a later run";
  if (set.expected.empty()) {
    if (latest) return check(set, inputs_of(set).get(), further_work, when);
    varies_ = true;
    usable = false;
    return true;
  }
  std::vector<reference::Array> outputs;
  for (const Argument& argument : exercise_.arguments) {
    if (argument.role != Role::output) continue;
    const std::string& bytes = sample.outputs[outputs.size()].bytes;
    outputs.emplace_back(argument.type, shape_of(argument, large_.values));
    std::memcpy(outputs.back().bytes.data(), bytes.data(), std::min(bytes.size(), outputs.back().bytes.size()));
  }
  measured_.fault.mismatch = compare_all(set, outputs);
  if (!measured_.fault.mismatch) return true;
  measured_.fault.problem =
      fmt::format("at {}, on {}{}:", sizes_in_words(exercise_, large_.values), work_.info().name, when);
  return false;
}

bool GpuWork::Timer::judge(const GpuSamples& batch, size_t& count) {
  for (size_t s = 0; s < sets_.size(); ++s) {
    if (batch.inputs[s] == sets_[s].inputs) continue;
    measured_.fault.problem = fmt::format("at {}, on {}: a timed run changed an input; inputs are read only",
                                          sizes_in_words(exercise_, large_.values), work_.info().name);
    return false;
  }
  for (size_t i = 0; i < batch.samples.size(); ++i) {
    const GpuSample& sample = batch.samples[i];
    const bool latest = std::none_of(batch.samples.begin() + static_cast<std::ptrdiff_t>(i) + 1, batch.samples.end(),
                                     [&](const GpuSample& later) { return later.set == sample.set; });
    bool usable = true;
    if (!judge_outputs(sample, latest, usable)) return false;
    if (usable) {
      series_.add({sample.us, std::max(sample.limit_us, fixed_limit_us_), sample.clock_mhz});
    }
  }
  if (varies_) count = 1;
  const std::vector<GuardDamage> damages = gpu_.damages();
  return damages.empty() || damaged(inputs_of(sets_[0]).get());
}

bool GpuWork::Timer::time() {
  const Progress::Task task(work_.options_.progress, "timing");
  size_t count = 4;
  for (int round = 0; round < most_rounds; ++round) {
    const Clock::time_point start = Clock::now();
    do {
      const Clock::time_point batch_start = Clock::now();
      const GpuSamples batch = [&] {
        try {
          return gpu_.time(count);
        } catch (const GpuError& error) {
          fail(error, inputs_of(sets_[0]).get());
          return GpuSamples{};
        }
      }();
      if (measured_.fault.found()) return false;
      const double one = seconds_since(batch_start) / static_cast<double>(count);
      count = static_cast<size_t>(std::clamp(batch_seconds / std::max(one, 1e-5), 1.0, 200.0));
      if (!judge(batch, count)) return false;
    } while (!series_.settled() && seconds_since(start) < work_.options_.round_seconds);
    measured_.measurement = series_.measurement();
    const FractionRange range = range_of(measured_.measurement);
    const auto open = [&](double line) { return standing(range, line) == Standing::open; };
    if (!open(thresholds_.bronze) && !open(thresholds_.silver) && !open(thresholds_.gold)) break;
  }
  return true;
}

/// An answer sooner than the hardware can give it was not computed.
void GpuWork::Timer::check_floor() {
  const LimitWork limit = limit_work(exercise_.limit, large_.values);
  LeastTime least;
  least.bytes = limit.bytes;
  least.bytes_per_us = work_.info().peak_bytes_per_us();
  least.cache_bytes = static_cast<double>(work_.info().l2_bytes);
  least.flops = limit.flops;
  constexpr double lanes = 128, operations = 2;  // of an SM; more than older ones have
  least.flops_per_us = work_.info().sms * lanes * operations * work_.info().clock_mhz;
  const double us = measured_.measurement.us.median;
  if (us >= floor_slack * least.us()) return;
  measured_.fault.problem = fmt::format(
      "at {}, {} took {:.1f} us, but what has to be moved and computed takes {:.1f} us at the least on this GPU: a "
      "part of the work was not done",
      sizes_in_words(exercise_, large_.values), work_.info().name, us, least.us());
}

GpuMeasured GpuWork::Timer::run() {
  try {
    gpu_.free_all();
    gpu_.load(work_.program_->gpu_code.code);
    if (!make_sets()) return std::move(measured_);
    set_limit();
    if (!time()) return std::move(measured_);
    if (measured_.measurement.us.median < short_us) measured_.empty_us = gpu_.rates(uint64_t{16} << 20).empty_us;
    check_floor();
    gpu_.free_all();
  } catch (const GpuError& error) {
    measured_.fault = work_.fault_of(error, " at " + sizes_in_words(exercise_, large_.values));
    measured_.differs = true;
  }
  return std::move(measured_);
}

GpuMeasured GpuWork::measure(const Case& large, const Thresholds& thresholds) {
  const std::lock_guard lock(mutex_);
  return Timer(*this, large, thresholds).run();
}

}  // namespace tritutor
