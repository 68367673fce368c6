#include "grader/judge/predict.h"

#include <algorithm>

#include "grader/judge/requests.h"

namespace tritutor {
namespace {

/// What cuBLAS reaches of the arithmetic peak: 50.8 of 66.9 TFLOP/s at 4096^3 on an H100.
constexpr double gemm_efficiency = 0.76;

/// Of all traffic: from here on how it is scattered rules the error.
constexpr double much_scattered = 0.25;

/// Where one part is so much busier than the others, they hardly hold it up.
constexpr double far_behind = 0.6, nearly_all = 0.95;
/// Of a warp: then there is no loop whose loads ptxas may order in another way.
constexpr double few_waits = 2;
/// An SM holds two blocks of 1024 threads or, with a few registers more, one.
constexpr uint64_t large_block = 1024;

/// Whether one part alone makes a step's time or its warps hardly wait, and no bytes are taken for moved that were not
/// counted.
bool is_clear(const StepCounters& step, const std::vector<TimeTerm>& terms, double us, const DeviceProfile& profile,
              const ModelFigures& figures) {
  std::vector<double> times;
  for (const TimeTerm& term : terms) {
    // What lies in DRAM comes through L2.
    if (term.part != "l2") times.push_back(term.us);
    const double counted =
        static_cast<double>(step.counters.dram_bytes()) / (profile.dram_gbytes_per_s * figures.dram_efficiency * 1e3);
    if (term.part == "dram" && term.us > 1.01 * counted) return false;
  }
  const double warps = static_cast<double>(step.blocks) * static_cast<double>((step.threads + 31) / 32);
  if (static_cast<double>(step.counters.total.load_waits) <= few_waits * warps) return true;
  std::sort(times.rbegin(), times.rend());
  return times[0] >= nearly_all * us && times[1] <= far_behind * times[0];
}

}  // namespace

LimitWork limit_work(const Limit& limit, const reference::Values& values) {
  LimitWork work{limit.kind, 0, 0, 0};
  if (!limit.bytes.empty()) work.bytes = evaluate(limit.bytes, values);
  if (!limit.flops.empty()) work.flops = evaluate(limit.flops, values);
  if (!limit.integer_operations.empty()) work.integer_operations = evaluate(limit.integer_operations, values);
  return work;
}

double limit_us(const LimitWork& work, const DeviceProfile& profile) {
  const double peak = work.kind == "gemm_f16" ? profile.tensor_f16_tflops : profile.fp32_tflops();
  const ModelFigures figures;
  const double integer_rate =
      profile.sm_count * profile.integer_lanes * figures.integer_pipes * profile.clocks_per_us();
  return std::max({work.bytes / (profile.dram_gbytes_per_s * figures.dram_efficiency * 1e3),
                   work.flops / (gemm_efficiency * peak * 1e6), work.integer_operations / integer_rate});
}

Prediction predict(const std::vector<StepCounters>& steps, const LimitWork& work, const DeviceProfile& profile,
                   const ModelFigures& figures) {
  Prediction result;
  const double least = limit_us(work, profile);
  if (least <= 0) return result;
  result.limit_us = least + profile.launch_us;
  result.sms = profile.sm_count;
  if (work.flops > 0) result.most_fraction = 1 / gemm_efficiency;
  double sectors = 0, scattered = 0;
  double longest = 0;
  result.clear = !steps.empty();
  for (const StepCounters& step : steps) {
    const std::vector<TimeTerm> terms = time_terms(step, profile, figures);
    const TimeTerm& busiest =
        *std::max_element(terms.begin(), terms.end(), [](const auto& a, const auto& b) { return a.us < b.us; });
    const double without_launch = step_us(step, terms, profile, figures);
    const double us = without_launch + profile.launch_us;
    result.time_us += us;
    // A short step, such as the sum of partial sums, decides nothing.
    if (us > 0.05 * result.time_us) {
      result.clear =
          result.clear && step.threads < large_block && is_clear(step, terms, without_launch, profile, figures);
    }
    result.blocks += step.blocks;
    result.blocks_run += step.blocks_run;
    result.at_least = result.at_least || step.at_least;
    result.large_blocks = result.large_blocks || step.threads >= large_block;
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
  if (prediction.scattered) return {2.5, 1.25};
  if (prediction.clear) return {1.15, 1.25};
  const bool counted = prediction.limiter == "dram" || prediction.limiter == "l2" || prediction.limiter == "shared" ||
                       prediction.limiter == "integer";
  return {counted && !prediction.large_blocks ? 1.35 : 1.7, prediction.limiter == "shared" ? 1.25 : 1.4};
}

}  // namespace tritutor
