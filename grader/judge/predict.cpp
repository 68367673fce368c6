#include "grader/judge/predict.h"

#include <algorithm>

#include "grader/judge/requests.h"

namespace tritutor {
namespace {

constexpr double lanes = 32;
constexpr auto sector_bytes = static_cast<double>(vgpu::sector_bytes);
constexpr double wavefront_bytes = 128;
/// The way from L2 into one SM; an estimate, good for every device since Volta.
constexpr double l2_bytes_per_clock_and_sm = 64;
/// Of one mma: m16n8k16, the usual shape. A wmma m16n16k16 is two of them.
constexpr double tensor_operation_flops = 2.0 * 16 * 8 * 16;
/// What cuBLAS reaches of the arithmetic peak.
constexpr double gemm_efficiency = 0.8;

/// Of all traffic: from here on how it is scattered rules the error.
constexpr double much_scattered = 0.25;

double dram_bytes(const StepCounters& step) { return static_cast<double>(step.counters.dram_bytes()); }

double busy_sms(const StepCounters& step, const DeviceProfile& profile) {
  return std::clamp(static_cast<double>(step.blocks), 1.0, profile.sm_count);
}

double warp_instructions(const StepCounters& step) {
  return static_cast<double>(step.counters.total.warp_instructions);
}

/// Passes of loads through L1, which shares its way with shared memory: one for each 128-byte line of a request. Where
/// nothing is scattered, four sectors lie in a line; where it is, hardly two of a request do.
double load_wavefronts(const vgpu::Counts& c) {
  const Requests load = loads(c);
  return load.scattered() ? load.sectors : std::max(load.requests, load.sectors * sector_bytes / wavefront_bytes);
}

double load_wavefronts(const vgpu::Counters& counters) {
  if (counters.lines.empty()) return load_wavefronts(counters.total);
  double sum = 0;
  for (const vgpu::LineCounts& line : counters.lines) sum += load_wavefronts(line.counts);
  return sum;
}

/// Stores go through to L2, which takes twice as long over a part of a sector.
double store_bytes(const vgpu::Counts& c) {
  const Requests store = stores(c);
  return sector_bytes * store.sectors * (store.scattered() ? 2 : 1);
}

double store_bytes(const vgpu::Counters& counters) {
  if (counters.lines.empty()) return store_bytes(counters.total);
  double sum = 0;
  for (const vgpu::LineCounts& line : counters.lines) sum += store_bytes(line.counts);
  return sum;
}

}  // namespace

std::vector<TimeTerm> time_terms(const StepCounters& step, const DeviceProfile& profile) {
  const vgpu::Counts& c = step.counters.total;
  const double sms = busy_sms(step, profile);
  const auto clocks = [&](double per_sm) { return per_sm / sms / profile.clocks_per_us(); };
  const auto pipe = [&](uint64_t instructions, double lanes_a_clock) {
    return clocks(static_cast<double>(instructions) * lanes / lanes_a_clock);
  };
  const double wavefronts = load_wavefronts(step.counters) + static_cast<double>(c.shared_wavefronts());
  // L1 is taken as ideal: of all loads of a sector one goes to L2.
  const double l2_bytes =
      std::max(sector_bytes * static_cast<double>(step.counters.dram_read_sectors) + store_bytes(step.counters),
               dram_bytes(step));
  return {
      // PTX instructions are not the machine's: ptxas folds and drops some, and makes several of others.
      {"issue", clocks(warp_instructions(step) / profile.issue_slots)},
      {"fp32", pipe(c.fp32, profile.fp32_lanes)},
      {"fp64", pipe(c.fp64, profile.fp64_lanes)},
      {"integer", pipe(c.integer, profile.integer_lanes)},
      {"special", pipe(c.special, profile.special_lanes)},
      {"tensor", static_cast<double>(c.tensor_operations) * tensor_operation_flops /
                     (profile.tensor_f16_tflops * 1e6 * sms / profile.sm_count)},
      {"shared", clocks(wavefronts * wavefront_bytes / profile.shared_bytes_per_clock)},
      {"l2", std::max(l2_bytes / (profile.l2_gbytes_per_s * 1e3), clocks(l2_bytes / l2_bytes_per_clock_and_sm))},
      {"dram", dram_bytes(step) / (profile.dram_gbytes_per_s * 1e3)},
  };
}

LimitWork limit_work(const Limit& limit, const reference::Values& values) {
  LimitWork work{limit.kind, 0, 0, 0};
  if (!limit.bytes.empty()) work.bytes = evaluate(limit.bytes, values);
  if (!limit.flops.empty()) work.flops = evaluate(limit.flops, values);
  if (!limit.integer_operations.empty()) work.integer_operations = evaluate(limit.integer_operations, values);
  return work;
}

double limit_us(const LimitWork& work, const DeviceProfile& profile) {
  const double peak = work.kind == "gemm_f16" ? profile.tensor_f16_tflops : profile.fp32_tflops();
  const double integer_rate = profile.sm_count * profile.integer_lanes * profile.clocks_per_us();
  return std::max({work.bytes / (profile.dram_gbytes_per_s * 1e3), work.flops / (gemm_efficiency * peak * 1e6),
                   work.integer_operations / integer_rate});
}

Prediction predict(const std::vector<StepCounters>& steps, const LimitWork& work, const DeviceProfile& profile) {
  Prediction result;
  const double least = limit_us(work, profile);
  if (least <= 0) return result;
  result.limit_us = least + profile.launch_us;
  result.sms = profile.sm_count;
  if (work.flops > 0) result.most_fraction = 1 / gemm_efficiency;
  double sectors = 0, scattered = 0;
  double longest = 0;
  for (const StepCounters& step : steps) {
    const std::vector<TimeTerm> terms = time_terms(step, profile);
    const TimeTerm& busiest =
        *std::max_element(terms.begin(), terms.end(), [](const auto& a, const auto& b) { return a.us < b.us; });
    const double us = busiest.us + profile.launch_us;
    result.time_us += us;
    result.blocks += step.blocks;
    result.blocks_run += step.blocks_run;
    result.at_least = result.at_least || step.at_least;
    sectors += static_cast<double>(step.counters.total.global_sectors());
    scattered += scattered_sectors(step.counters);
    if (us <= longest) continue;
    longest = us;
    result.limiter = busiest.us < profile.launch_us ? "launch" : busiest.part;
    result.busy_sms = busy_sms(step, profile);
  }
  result.scattered = scattered > 0 && scattered >= much_scattered * sectors;
  if (result.time_us > 0) result.fraction = result.limit_us / result.time_us;
  return result;
}

ModelError model_error(const Prediction& prediction) {
  const bool counted_as_is = prediction.limiter == "shared" || prediction.limiter == "dram";
  return {prediction.scattered ? 1.75 : 1.5, counted_as_is ? 1.25 : 1.5};
}

}  // namespace tritutor
