#include "grader/judge/why_faster.h"

#include <fmt/format.h>

#include <algorithm>

#include "grader/judge/inefficiency.h"

namespace tritutor {
namespace {

/// Figures that differ by less are the same.
constexpr double notable = 1.05;
/// A part that is busy for less of the time makes nobody slow.
constexpr double busy = 0.4;

/// One run of a plan.
struct Side {
  Side(const std::vector<StepCounters>& steps, const DeviceProfile& profile) : all(sum_of(steps)) {
    double most = -1;
    for (const StepCounters& step : steps) {
      const std::vector<TimeTerm> terms = time_terms(step, profile);
      const double us = step_us(step, terms, profile) + profile.launch_us;
      time_us += us;
      if (parts.empty()) {
        parts = terms;
      } else {
        for (size_t i = 0; i < terms.size(); ++i) parts[i].us += terms[i].us;
      }
      if (us <= most) continue;
      most = us;
      longest = &step;
    }
    at_once = occupancy(*longest, profile);
    sms = busy_sms(*longest, profile);
  }

  double warps() const {
    return static_cast<double>(longest->blocks) * static_cast<double>((longest->threads + 31) / 32);
  }
  double of_a_warp(uint64_t count) const { return static_cast<double>(count) / warps(); }

  const vgpu::Counters all;
  std::vector<TimeTerm> parts;  // summed over the steps
  double time_us = 0;
  const StepCounters* longest = nullptr;
  Occupancy at_once;
  double sms = 1;
};

/// Why an SM holds no more of them at once.
std::string bound_in_words(const Side& side) {
  const Occupancy& o = side.at_once;
  if (o.bound == "registers") return fmt::format("about {:.0f} registers a thread let in no more", o.registers);
  if (o.bound == "shared memory") {
    return fmt::format("{} bytes of shared memory a block let in no more", side.longest->shared_bytes);
  }
  if (o.bound == "blocks") return fmt::format("it takes {:.0f} blocks at most", o.blocks);
  if (o.bound == "threads") return fmt::format("blocks of {} threads fill it so", side.longest->threads);
  return "the grid has no more";
}

std::string times(double ratio) { return ratio < 10 ? fmt::format("{:.1f}", ratio) : fmt::format("{:.0f}", ratio); }

/// "2.0 times the X", where there is so much more.
std::string more(uint64_t slower, uint64_t faster, const std::string& what) {
  if (faster == 0 || static_cast<double>(slower) < notable * static_cast<double>(faster)) return "";
  return fmt::format("{} times the {}", times(static_cast<double>(slower) / static_cast<double>(faster)), what);
}

std::string waiting(const Side& faster, const Side& slower) {
  if (slower.at_once.warps * notable < faster.at_once.warps) {
    return fmt::format("an SM holds {:.0f} warps at once, not {:.0f}: {}", slower.at_once.warps, faster.at_once.warps,
                       bound_in_words(slower));
  }
  const vgpu::Counts &s = slower.longest->counters.total, &f = faster.longest->counters.total;
  const double waits = slower.of_a_warp(s.load_waits), other = faster.of_a_warp(f.load_waits);
  if (waits > notable * other) return fmt::format("a warp waits {:.3g} times for loads, not {:.3g}", waits, other);
  if (slower.at_once.waves > notable * faster.at_once.waves) {
    return fmt::format("its {} blocks come in {:.3g} waves, not {} in {:.3g}", slower.longest->blocks,
                       slower.at_once.waves, faster.longest->blocks, faster.at_once.waves);
  }
  const double instructions = slower.of_a_warp(s.warp_instructions), fewer = faster.of_a_warp(f.warp_instructions);
  if (instructions > notable * fewer) {
    return fmt::format("a warp has {:.0f} instructions one after the other, not {:.0f}", instructions, fewer);
  }
  return "";
}

std::string sectors(const Side& faster, const Side& slower) {
  const vgpu::Counts &s = slower.all.total, &f = faster.all.total;
  const double mine = sectors_per_request(s), other = sectors_per_request(f);
  const bool scattered = mine / std::max(ideal_sectors_per_request(s), 1e-9) >
                         notable * other / std::max(ideal_sectors_per_request(f), 1e-9);
  if (scattered) {
    return fmt::format("{:.3g} sectors per request (ideal {:.3g}), not {:.3g} (ideal {:.3g})", mine,
                       ideal_sectors_per_request(s), other, ideal_sectors_per_request(f));
  }
  return more(s.global_sectors(), f.global_sectors(), "sectors of global memory");
}

std::string through_l1(const Side& faster, const Side& slower) {
  const vgpu::Counts &s = slower.all.total, &f = faster.all.total;
  if (wavefront_ratio(s) > notable * wavefront_ratio(f)) {
    return fmt::format(
        "bank conflicts make {:.2f} times the wavefronts that its shared memory's traffic needs, not "
        "{:.2f}",
        wavefront_ratio(s), wavefront_ratio(f));
  }
  const std::string own = more(s.shared_wavefronts(), f.shared_wavefronts(), "wavefronts of shared memory");
  return own.empty() ? more(s.global_load_lines, f.global_load_lines, "lines of 128 bytes loaded") : own;
}

std::string through_memory(const Side& faster, const Side& slower) {
  const std::string counted = more(slower.all.dram_bytes(), faster.all.dram_bytes(), "bytes moved through memory");
  if (!counted.empty() || slower.at_once.blocks < notable * faster.at_once.blocks) return counted;
  return fmt::format(
      "an SM works at {:.0f} blocks at once, not {:.0f}, and L2 does not keep all that they come back to",
      slower.at_once.blocks, faster.at_once.blocks);
}

std::string fact_of(const std::string& part, const Side& faster, const Side& slower) {
  const vgpu::Counts &s = slower.all.total, &f = faster.all.total;
  if (part == "latency") return waiting(faster, slower);
  if (part == "shared") return through_l1(faster, slower);
  if (part == "l2") return sectors(faster, slower);
  if (part == "dram") return through_memory(faster, slower);
  if (part == "fp32") return more(s.fp32, f.fp32, "floating-point instructions");
  if (part == "integer") return more(s.integer, f.integer, "integer instructions");
  if (part == "blocks") {
    return fmt::format("{} blocks have to be started, not {}", slower.longest->blocks, faster.longest->blocks);
  }
  return more(s.warp_instructions, f.warp_instructions, "warp instructions");
}

}  // namespace

WhyFaster why_faster(const std::vector<StepCounters>& faster, const std::vector<StepCounters>& slower,
                     const DeviceProfile& profile) {
  if (faster.empty() || slower.empty()) return {};
  const Side fast(faster, profile), slow(slower, profile);
  if (slow.time_us <= fast.time_us) return {};
  if (slow.sms * notable < fast.sms) {
    return {"grid", 0, 0,
            fmt::format("its {} blocks leave all but {:.0f} of the {:.0f} SMs idle; {} blocks give {:.0f} of them work",
                        slow.longest->blocks, slow.sms, profile.sm_count, fast.longest->blocks, fast.sms)};
  }
  const TimeTerm *worst = nullptr, *same = nullptr;
  for (size_t i = 0; i < slow.parts.size(); ++i) {
    const TimeTerm &term = slow.parts[i], &other = fast.parts[i];
    if (term.us < busy * slow.time_us || term.us < notable * other.us) continue;
    if (worst != nullptr && term.us - other.us <= worst->us - same->us) continue;
    worst = &term;
    same = &other;
  }
  if (worst == nullptr) return {};
  return {worst->part, same->us, worst->us, fact_of(worst->part, fast, slow)};
}

}  // namespace tritutor
