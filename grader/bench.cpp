#include "grader/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <variant>

#include "grader/case_data.h"
#include "grader/case_run.h"
#include "grader/device/gpu_kernels.h"
#include "grader/device/virtual_device.h"
#include "grader/device_choice.h"
#include "grader/explain.h"
#include "grader/gpu_work.h"
#include "grader/program.h"
#include "grader/sample_run.h"

namespace tritutor {
namespace {

constexpr size_t most_points = 7;
/// Sizes of several that are no larger stay as they are, and none becomes smaller.
constexpr double least_side = 64;
/// What timing one kernel at one size may take.
constexpr double seconds_a_point = 0.7;
/// Inputs of so many elements are made as they are; larger ones repeat those of the timed case.
constexpr uint64_t most_own_elements = uint64_t{1} << 20;

constexpr double warp_lanes = 32;

/// What has to be done at a size.
BenchWork work_at(const Exercise& exercise, const reference::Values& values) {
  BenchWork work;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role != Role::input && argument.role != Role::output) continue;
    work.bytes += static_cast<double>(elements_of(argument, values) * reference::size_of(argument.type));
  }
  const LimitWork limit = limit_work(exercise.limit, values);
  work.limit_bytes = limit.bytes;
  work.flops = limit.flops;
  work.integer_operations = limit.integer_operations;
  return work;
}

/// What kernels are held against, in a word or two.
std::string limit_name(const Limit& limit) {
  if (limit.kind.starts_with("gemm")) return "cuBLAS";
  if (limit.kind == "read" || limit.kind == "copy") return "a " + limit.kind;
  return "the limit";
}

/// The inputs of the virtual GPU's sample at a size.
reference::Arrays sample_inputs(const Exercise& exercise, const Case& point, uint64_t seed) {
  uint64_t elements = 0;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == Role::input) elements += elements_of(argument, point.values);
  }
  if (elements <= most_own_elements) return make_inputs(exercise, point, seed);
  return make_inputs(exercise, exercise.cases[exercise.case_index(point.name)], seed);
}

/// The trip of a bench: each kernel is built, then run at every size.
class Benching {
 public:
  Benching(const Exercise& exercise, const SubmitOptions& options, Bench& bench)
      : exercise_(exercise), options_(options), bench_(bench) {}

  void run(const std::vector<BenchKernel>& kernels);

 private:
  bool start_gpu(DeviceChoice choice);
  void build(BenchSeries& series);
  Case point_of(size_t size) const;
  bool look_at(BenchSeries& series, const Program& program, size_t size);
  bool sample(const Program& program, const Case& point, BenchPoint& result);
  void predict_time(const std::vector<StepCounters>& steps, const reference::Values& values, BenchPoint& result) const;
  void measure(const Case& point, BenchPoint& result);
  void set_rates();
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed); }

  const Exercise& exercise_;
  const SubmitOptions& options_;
  Bench& bench_;
  std::unique_ptr<GpuWork> gpu_;
  uint64_t seed_ = 0;
};

/// True where the kernels can be looked at, on a GPU or without one.
bool Benching::start_gpu(DeviceChoice choice) {
  if (!choice.gpu) return true;
  gpu_ = std::make_unique<GpuWork>(
      exercise_, choice.ordinal,
      GpuWork::Options{seed_, options_.threads, options_.stop, options_.progress, seconds_a_point});
  const std::string why_not = gpu_->why_not();
  if (!why_not.empty()) {
    gpu_.reset();
    if (choice.needed) bench_.refusal = no_gpu(why_not);
    return !choice.needed;
  }
  bench_.measured = true;
  bench_.device = gpu_->info().name;
  return true;
}

void Benching::set_rates() {
  if (gpu_) {
    try {
      const GpuRates rates = gpu_->rates();
      bench_.rates = {exercise_.limit.kind == "read" ? rates.read : rates.copy, rates.float_operations,
                      integer_operations_per_turn * rates.integer_turns};
    } catch (const GpuError& error) {
      // The times are there all the same.
      if (error.kind() == GpuError::Kind::stopped) throw;
    }
    return;
  }
  const DeviceProfile& profile = *options_.profile;
  bench_.rates = {profile.dram_gbytes_per_s * 1e3, profile.fp32_tflops() * 1e6,
                  profile.sm_count * profile.integer_lanes * profile.clocks_per_us()};
}

void Benching::run(const std::vector<BenchKernel>& kernels) {
  const std::variant<DeviceChoice, Refusal> choice = device_choice(options_.device);
  if (const auto* refusal = std::get_if<Refusal>(&choice)) {
    bench_.refusal = *refusal;
    return;
  }
  seed_ = options_.seed ? *options_.seed : draw_seed();
  if (!start_gpu(std::get<DeviceChoice>(choice))) return;
  if (!gpu_) bench_.device = options_.profile->name;
  const DeviceProfile* own =
      gpu_ && options_.profiles != nullptr ? profile_of_gpu(*options_.profiles, bench_.device) : nullptr;
  bench_.profile = own != nullptr ? own : options_.profile;
  bench_.limit = limit_name(exercise_.limit);
  for (const BenchKernel& kernel : kernels) {
    bench_.series.push_back({kernel, std::nullopt, {}});
    build(bench_.series.back());
    if (bench_.refusal) return;
  }
  set_rates();
}

void Benching::build(BenchSeries& series) {
  Program program;
  if (options_.profile != nullptr) program.hardware = hardware_of(*options_.profile);
  {
    const Progress::Task compiling(options_.progress, "compiling " + series.kernel.name);
    std::function<std::string()> architecture;
    if (gpu_) architecture = [&] { return gpu_->info().architecture(); };
    const Configuration& configuration = series.kernel.configuration;
    BuildOptions build{options_.include_dir,       {}, architecture, options_.stop, configuration,
                       !configuration.name.empty()};
    for (size_t size = 0; size < bench_.sizes.size(); ++size) build.more_cases.push_back(point_of(size));
    series.refusal = build_program(exercise_, series.kernel.file, series.kernel.source, build, program);
  }
  bench_.toolchain = program.toolchain;
  if (series.refusal) {
    const bool others = series.refusal->kind != "environment" && series.refusal->kind != "stopped";
    const bool first = bench_.series.size() == 1 && series.kernel.configuration.name.empty();
    if (!others || first) bench_.refusal = series.refusal;
    return;
  }
  if (gpu_) {
    program.hardware = hardware_of(gpu_->info());
    gpu_->load(program);
  }
  for (size_t size = 0; size < bench_.sizes.size(); ++size) {
    if (!look_at(series, program, size)) {
      bench_.refusal = refusal_of("stopped", "stopped");
      return;
    }
  }
}

/// The timed case at one of the sizes.
Case Benching::point_of(size_t size) const {
  Case point = exercise_.timed_case(exercise_.timed[0]);
  for (const auto& [name, value] : bench_.sizes[size]) point.values[name] = value;
  return point;
}

/// One kernel at one size: first on the virtual GPU, which sees more. False: it was stopped.
bool Benching::look_at(BenchSeries& series, const Program& program, size_t size) {
  const Case point = point_of(size);
  BenchPoint result;
  if (!sample(program, point, result)) return false;
  if (gpu_ && result.problem.empty()) measure(point, result);
  for (vgpu::Finding& finding : result.findings) finding.file = program.own_file(finding.file);
  sort_by_cause(result.findings);
  series.points.push_back(std::move(result));
  return !stopped();
}

bool Benching::sample(const Program& program, const Case& point, BenchPoint& result) {
  const Progress::Task task(options_.progress, fmt::format("a sample at {}", sizes_in_words(exercise_, point.values)));
  const auto make_device = [&] { return std::make_unique<VirtualDevice>(program.module, program.hardware); };
  Sample sample(exercise_, program, point, sample_inputs(exercise_, point, case_seed(point, seed_)), make_device,
                case_limits(exercise_, point, options_.stop, 1));
  sample.run();
  // What a GPU computes is held against the reference as a whole.
  if (!gpu_ && sample.in_doubt()) sample.settle();
  const SampleOutcome& outcome = sample.outcome();
  if (outcome.stopped || stopped()) return false;
  // No case has run: only the place is sure.
  const bool shown = !outcome.findings.empty() || outcome.mismatch;
  if (!gpu_) {
    const double limit = predict({}, limit_work(exercise_.limit, point.values), *options_.profile).limit_us;
    result.limit = {limit, limit, limit};
  }
  result.problem = shown ? "at " + sizes_in_words(exercise_, point.values) : outcome.problem;
  // The exercise is timed at one size alone.
  const std::string timed = ", where it is timed";
  if (const size_t place = result.problem.find(timed); place != std::string::npos)
    result.problem.erase(place, timed.size());
  result.findings = outcome.findings;
  result.mismatch = outcome.mismatch;
  if (!result.problem.empty()) return true;
  for (const StepCounters& step : outcome.steps) {
    const vgpu::Counts& counts = step.counters.total;
    result.float_instructions += warp_lanes * static_cast<double>(counts.fp32 + counts.special);
  }
  result.steps = outcome.steps;
  if (bench_.profile != nullptr && !result.steps.empty()) {
    result.limiter = predict(result.steps, limit_work(exercise_.limit, point.values), *bench_.profile).limiter;
  }
  if (gpu_) return true;
  result.note = outcome.note;
  if (!outcome.steps.empty()) predict_time(outcome.steps, point.values, result);
  return true;
}

void Benching::predict_time(const std::vector<StepCounters>& steps, const reference::Values& values,
                            BenchPoint& result) const {
  const Prediction prediction = predict(steps, limit_work(exercise_.limit, values), *options_.profile);
  if (prediction.time_us <= 0) return;
  result.fraction = range_of(prediction);
  const double most =
      result.fraction.least > 0 ? prediction.limit_us / result.fraction.least : std::numeric_limits<double>::infinity();
  result.time = TimeRange{prediction.limit_us / result.fraction.most, prediction.time_us, most};
}

void Benching::measure(const Case& point, BenchPoint& result) {
  // No line is to be decided, so one round of timing is enough.
  GpuMeasured measured = gpu_->measure(point, Thresholds{});
  if (measured.fault.found()) {
    result.problem = std::move(measured.fault.problem);
    result.findings = std::move(measured.fault.findings);
    result.mismatch = std::move(measured.fault.mismatch);
    if (result.problem.empty()) result.problem = "on " + bench_.device;
    return;
  }
  const Measurement& m = measured.measurement;
  const auto range = [](const Quartiles& q) { return TimeRange{q.first, q.median, q.third}; };
  result.time = range(m.us);
  result.limit = range(m.limit_us);
  result.fraction = range_of(m);
  result.note = std::move(measured.note);
  if (result.note.empty() && measured.empty_us > 0) {
    result.note = fmt::format("of times of a few us, {:.1f} us are the cost of measuring them", measured.empty_us);
  }
  // Of a library its version, or what is in its place; of a copy only how many bytes it moves.
  if (exercise_.limit.kind == "gemm_f32") bench_.limit = std::move(measured.limit);
}

}  // namespace

std::vector<reference::Values> bench_sizes(const Exercise& exercise) {
  if (exercise.timed.empty()) return {};
  reference::Values sizes;
  const reference::Values values = exercise.timed_case(exercise.timed[0]).values;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == Role::size) sizes[argument.name] = values.at(argument.name);
  }
  const bool one = sizes.size() == 1;
  const double factor = one ? 4 : 2, least = one ? 1 : least_side;
  std::vector<reference::Values> points = {sizes};
  while (points.size() < most_points) {
    reference::Values next = points.front();
    bool changed = false;
    for (auto& [name, value] : next) {
      if (sizes.at(name) <= least) continue;
      value = std::floor(value / factor);
      if (value < least) return points;
      changed = true;
    }
    if (!changed) return points;
    points.insert(points.begin(), next);
  }
  return points;
}

Bench bench(const Exercise& exercise, const std::vector<BenchKernel>& kernels,
            const std::vector<reference::Values>& sizes, const SubmitOptions& options) {
  Bench bench;
  bench.sizes = sizes;
  try {
    for (const reference::Values& each : sizes) {
      reference::Values values = exercise.timed_case(exercise.timed[0]).values;
      for (const auto& [name, value] : each) values[name] = value;
      bench.work.push_back(work_at(exercise, values));
    }
    Benching(exercise, options, bench).run(kernels);
  } catch (const std::bad_alloc&) {
    bench.refusal =
        refusal_of("environment", "there is not enough memory for these sizes; choose smaller ones: --sizes");
  } catch (const GpuError& error) {
    bench.refusal = refusal_of(
        "environment", fmt::format("{} failed: {}. To go on without it: --device virtual", bench.device, error.what()));
  } catch (const std::exception& error) {
    bench.refusal = refusal_of(
        "environment",
        fmt::format("the grader failed: {}; this is not your kernel's fault, please report it", error.what()));
  }
  if (bench.refusal && options.stop != nullptr && options.stop->load()) {
    bench.refusal = refusal_of("stopped", "stopped");
  }
  return bench;
}

}  // namespace tritutor
