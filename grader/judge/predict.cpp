#include "grader/judge/predict.h"

#include <algorithm>

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

double dram_bytes(const StepCounters& step) { return static_cast<double>(step.counters.dram_bytes()); }

double busy_sms(const StepCounters& step, const DeviceProfile& profile) {
  return std::clamp(static_cast<double>(step.blocks), 1.0, profile.sm_count);
}

double warp_instructions(const StepCounters& step) {
  return static_cast<double>(step.counters.total.warp_instructions);
}

}  // namespace

std::vector<TimeTerm> time_terms(const StepCounters& step, const DeviceProfile& profile) {
  const vgpu::Counts& c = step.counters.total;
  const double sms = busy_sms(step, profile);
  const auto clocks = [&](double per_sm) { return per_sm / sms / profile.clocks_per_us(); };
  const auto pipe = [&](uint64_t instructions, double lanes_a_clock) {
    return clocks(static_cast<double>(instructions) * lanes / lanes_a_clock);
  };
  const double load_bytes = sector_bytes * static_cast<double>(c.global_load_sectors);
  const double store_bytes = sector_bytes * static_cast<double>(c.global_store_sectors);
  const double shared_bytes = wavefront_bytes * static_cast<double>(c.shared_wavefronts());
  // L1 is taken as ideal: of all loads of a sector one goes to L2. Stores go through.
  const double l2_bytes =
      std::max(sector_bytes * static_cast<double>(step.counters.dram_read_sectors) + store_bytes, dram_bytes(step));
  return {
      // PTX instructions are not the machine's: ptxas folds and drops some, and makes several of others.
      {"issue", clocks(warp_instructions(step) / profile.issue_slots)},
      {"fp32", pipe(c.fp32, profile.fp32_lanes)},
      {"fp64", pipe(c.fp64, profile.fp64_lanes)},
      {"integer", pipe(c.integer, profile.integer_lanes)},
      {"special", pipe(c.special, profile.special_lanes)},
      {"tensor", static_cast<double>(c.tensor_operations) * tensor_operation_flops /
                     (profile.tensor_f16_tflops * 1e6 * sms / profile.sm_count)},
      {"shared", clocks((shared_bytes + load_bytes) / profile.shared_bytes_per_clock)},
      {"l2", std::max(l2_bytes / (profile.l2_gbytes_per_s * 1e3), clocks(l2_bytes / l2_bytes_per_clock_and_sm))},
      {"dram", dram_bytes(step) / (profile.dram_gbytes_per_s * 1e3)},
  };
}

LimitWork limit_work(const Limit& limit, const reference::Values& values) {
  LimitWork work{limit.kind, 0, 0};
  if (!limit.bytes.empty()) work.bytes = evaluate(limit.bytes, values);
  if (!limit.flops.empty()) work.flops = evaluate(limit.flops, values);
  return work;
}

double limit_us(const LimitWork& work, const DeviceProfile& profile) {
  const double peak = work.kind == "gemm_f16" ? profile.tensor_f16_tflops : profile.fp32_tflops();
  return std::max(work.bytes / (profile.dram_gbytes_per_s * 1e3), work.flops / (gemm_efficiency * peak * 1e6));
}

Prediction predict(const std::vector<StepCounters>& steps, const LimitWork& work, const DeviceProfile& profile) {
  Prediction result;
  const double least = limit_us(work, profile);
  if (least <= 0) return result;
  result.limit_us = least + profile.launch_us;
  result.sms = profile.sm_count;
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
    if (us <= longest) continue;
    longest = us;
    result.limiter = busiest.us < profile.launch_us ? "launch" : busiest.part;
    result.busy_sms = busy_sms(step, profile);
  }
  if (result.time_us > 0) result.fraction = result.limit_us / result.time_us;
  return result;
}

PredictedMedal predicted_medal(const Prediction& prediction, const Thresholds& thresholds) {
  const double fraction = prediction.fraction;
  if (medal_margin * fraction <= thresholds.bronze) return {"none", "predicted below bronze; only a GPU can tell"};
  if (prediction.at_least) return {"none", "too close to call without a GPU"};
  if (fraction >= medal_margin * thresholds.gold) return {"gold", "only predicted"};
  if (fraction >= medal_margin * thresholds.silver)
    return {"silver", "only predicted; gold is too close to call without a GPU"};
  if (fraction >= medal_margin * thresholds.bronze)
    return {"bronze", "only predicted; silver and gold are too close to call without a GPU"};
  return {"none", "too close to call without a GPU"};
}

}  // namespace tritutor
