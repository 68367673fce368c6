#include "grader/judge/inefficiency.h"

#include <fmt/format.h>

#include <algorithm>

#include "grader/judge/requests.h"

namespace tritutor {
namespace {

constexpr double many_sectors = 2;        // times those of the limit's bytes
constexpr double many_bytes = 1.5;        // times the limit's
constexpr double many_wavefronts = 2;     // times what the traffic needs
constexpr double few_active_lanes = 0.5;  // of all
/// Arithmetic is held back by traffic when an operation comes with many bytes: an SM takes 128 bytes a clock from L1
/// and makes 256 operations, so b bytes an operation leave 0.5 / b of its peak.
constexpr double bytes_per_operation_at_peak = 0.5;

double sectors(const vgpu::Counts& c) { return static_cast<double>(c.global_sectors()); }
double conflicts(const vgpu::Counts& c) { return static_cast<double>(c.bank_conflicts); }
double wavefronts(const vgpu::Counts& c) { return static_cast<double>(c.shared_wavefronts()); }

template <class Measure>
const vgpu::LineCounts* worst_line(const vgpu::Counters& all, Measure measure) {
  const auto worst = std::max_element(all.lines.begin(), all.lines.end(), [&](const auto& a, const auto& b) {
    return measure(a.counts) < measure(b.counts);
  });
  return worst == all.lines.end() ? nullptr : &*worst;
}

Inefficiency at(const vgpu::LineCounts* line, std::string counter, double value, double ideal) {
  Inefficiency result{std::move(counter), value, ideal, "", 0, "", ""};
  if (line != nullptr) {
    result.file = line->file;
    result.line = line->line;
  }
  return result;
}

/// Whether so many sectors are too many for the limit, whichever lines touch them.
bool too_many_sectors(double all, const LimitWork& work, const Thresholds& thresholds) {
  if (work.flops > 0) {
    const double bytes_per_operation = all * vgpu::sector_bytes / work.flops;
    return bytes_per_operation_at_peak / bytes_per_operation * 2 <= thresholds.bronze;
  }
  return work.bytes > 0 && all * vgpu::sector_bytes >= many_sectors * work.bytes;
}

std::optional<Inefficiency> uncoalesced(const vgpu::Counters& all, const LimitWork& work,
                                        const Thresholds& thresholds) {
  const double total = sectors(all.total);
  if (!too_many_sectors(total, work, thresholds)) return std::nullopt;
  const double scattered = scattered_sectors(all);
  if (scattered == 0 || scattered * 2 < total) return std::nullopt;
  const vgpu::LineCounts* line = worst_line(all, [](const vgpu::Counts& counts) { return scattered_sectors(counts); });
  const Requests load = loads(line->counts), store = stores(line->counts);
  const bool storing = store.scattered() && (!load.scattered() || store.sectors > load.sectors);
  const Requests& worse = storing ? store : load;
  const double value = worse.per_request(), ideal = worse.ideal_per_request();
  Inefficiency result = at(line, "sectors-per-request", value, ideal);
  result.message = fmt::format("sectors per {} request {:.3g}, ideal {:.3g}", storing ? "store" : "load", value, ideal);
  result.cause = fmt::format(
      "neighbouring threads {} addresses {} apart, and memory moves in sectors of 32 bytes: let threadIdx.x run along "
      "the elements that lie next to each other",
      storing ? "write" : "read", value > 31.5 ? "32 bytes or more" : "far");
  return result;
}

std::optional<Inefficiency> redundant_passes(const vgpu::Counters& all, const LimitWork& work, size_t launches) {
  if (work.flops > 0 || work.bytes <= 0) return std::nullopt;
  const auto moved = static_cast<double>(all.dram_bytes());
  if (moved < many_bytes * work.bytes) return std::nullopt;
  Inefficiency result = at(worst_line(all, sectors), "bytes-moved", moved, work.bytes);
  result.message = fmt::format("{:.3g} MB moved through memory, needed {:.3g} MB: {:.1f} times", moved * 1e-6,
                               work.bytes * 1e-6, moved / work.bytes);
  result.cause = launches > 1 ? fmt::format(
                                    "{} launches each carry the data through memory again: do more of the work "
                                    "while the data are in registers or shared memory",
                                    launches)
                              : "memory is touched that the result does not need: every sector counts 32 bytes, even "
                                "where a few are used";
  return result;
}

std::optional<Inefficiency> bank_conflicts(const vgpu::Counters& all) {
  if (wavefront_ratio(all.total) < many_wavefronts) return std::nullopt;
  const vgpu::LineCounts* line = worst_line(all, conflicts);
  // Few passes through shared memory cost nothing, however many conflicts they have.
  if (line == nullptr || wavefronts(all.total) < sectors(all.total) / 4) return std::nullopt;
  const auto requests = static_cast<double>(line->counts.shared_load_requests + line->counts.shared_store_requests);
  const double value = wavefronts(line->counts) / std::max(requests, 1.0);
  const double ideal = (wavefronts(line->counts) - conflicts(line->counts)) / std::max(requests, 1.0);
  Inefficiency result = at(line, "shared-wavefronts", value, ideal);
  result.message = fmt::format("shared-memory wavefronts per request {:.3g}, ideal {:.3g}", value, ideal);
  result.cause =
      "the lanes of a warp hit the same bank, which serves them one after the other: pad the rows by one "
      "element, or let lanes walk along a row";
  return result;
}

std::optional<Inefficiency> idle_lanes(const vgpu::Counters& all) {
  const auto slots = [](const vgpu::Counts& c) { return 32 * static_cast<double>(c.warp_instructions); };
  const auto active = [](const vgpu::Counts& c) { return static_cast<double>(c.lane_instructions); };
  if (all.total.warp_instructions == 0 || active(all.total) > few_active_lanes * slots(all.total)) return std::nullopt;
  const vgpu::LineCounts* line =
      worst_line(all, [&](const vgpu::Counts& counts) { return slots(counts) - active(counts); });
  const double value = 100 * active(all.total) / std::max(slots(all.total), 1.0);
  Inefficiency result = at(line, "active-lanes", value, 100);
  result.message = fmt::format("only {:.3g} % of the lanes work", value);
  result.cause =
      "a warp's 32 lanes run together, whether they have something to do or not: make blocks of a multiple of 32 "
      "threads, and let neighbouring threads take the same way through ifs and loops";
  return result;
}

}  // namespace

double sectors_per_request(const vgpu::Counts& counts) {
  const auto requests = static_cast<double>(counts.global_requests());
  return requests == 0 ? 0 : sectors(counts) / requests;
}

double ideal_sectors_per_request(const vgpu::Counts& counts) {
  const auto requests = static_cast<double>(counts.global_requests());
  return requests == 0 ? 0 : static_cast<double>(counts.global_ideal_sectors()) / requests;
}

double wavefront_ratio(const vgpu::Counts& counts) {
  const double needed = wavefronts(counts) - conflicts(counts);
  return needed <= 0 ? 1 : wavefronts(counts) / needed;
}

vgpu::Counters sum_of(const std::vector<StepCounters>& steps) {
  vgpu::Counters all;
  for (const StepCounters& step : steps) {
    all.total += step.counters.total;
    all.dram_read_sectors += step.counters.dram_read_sectors;
    all.dram_written_sectors += step.counters.dram_written_sectors;
    for (const vgpu::LineCounts& line : step.counters.lines) {
      const auto same = std::find_if(all.lines.begin(), all.lines.end(), [&](const auto& other) {
        return other.line == line.line && other.file == line.file;
      });
      if (same == all.lines.end()) {
        all.lines.push_back(line);
      } else {
        same->counts += line.counts;
      }
    }
  }
  return all;
}

std::optional<Inefficiency> find_inefficiency(const std::vector<StepCounters>& steps, const LimitWork& work,
                                              const Thresholds& thresholds) {
  const vgpu::Counters all = sum_of(steps);
  if (auto found = uncoalesced(all, work, thresholds)) return found;
  if (auto found = bank_conflicts(all)) return found;
  if (auto found = redundant_passes(all, work, steps.size())) return found;
  return idle_lanes(all);
}

}  // namespace tritutor
