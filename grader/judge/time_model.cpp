#include "grader/judge/time_model.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "grader/judge/requests.h"

namespace tritutor {
namespace {

constexpr double lanes = 32;
constexpr auto sector_bytes = static_cast<double>(vgpu::sector_bytes);
constexpr double line_bytes = 128;
constexpr double wavefront_bytes = 128;
/// The way from L2 into one SM; an estimate, good for every device since Volta.
constexpr double l2_bytes_per_clock_and_sm = 64;
/// Of one mma: m16n8k16, the usual shape. A wmma m16n16k16 is two of them.
constexpr double tensor_operation_flops = 2.0 * 16 * 8 * 16;
/// What a block needs of shared memory beside its own.
constexpr double reserved_shared_bytes = 1024;
/// Sectors that all blocks read stay in L1 where they are no more than this.
constexpr double shared_by_all_bytes = 64e3;

constexpr double registers_per_sm = 65536;  // since Volta
/// ptxas brings a kernel that seems to need no more than this down to 32, with which an SM is full.
constexpr double few_registers = 56;

/// Of a thread. The line through 213 kernels on sm_90.
double registers(const StepCounters& step) {
  const auto live = static_cast<double>(step.registers_live);
  if (live <= few_registers) return 32;
  const double wanted = 8 * std::ceil((6.5 + 0.875 * live) / 8);
  const double most = step.most_threads < 1024 ? registers_per_sm / static_cast<double>(step.most_threads) : 255;
  return std::min(wanted, most);
}

double part_of_one(double value) { return std::clamp(value, 0.0, 1.0); }

/// What the parts' times are made of.
struct Work {
  double warps = 0;            ///< of the launch
  double resident_blocks = 1;  ///< of an SM
  double resident_warps = 1;
  double sms = 1;
  double read = 0, written = 0;  ///< distinct sectors
  double loads = 0;              ///< sectors that loads touch
  double block_reads = 0;        ///< distinct ones of each block, summed
  double again = 0;              ///< of those, sectors that a block comes back to after it was through all of them
  double stores = 0;             ///< sectors that stores touch
  double rewritten = 0;          ///< of those, sectors that a block has stored to before, side by side
  double own_walks = 0;          ///< 1: lanes walk along lines of their own, of which L1 cannot keep all
};

/// How often blocks go through all that they read, line of code by line of code. Where loads touch more sectors than
/// that explains, neighbours share them, which is no going through.
double passes(const vgpu::Counters& counters, double block_reads, double loads) {
  if (block_reads == 0) return 1;
  double sum = 0;
  for (const vgpu::LineCounts& line : counters.lines) {
    sum += std::min(static_cast<double>(line.counts.global_load_sectors), block_reads);
  }
  const double passes = std::max(1.0, sum / block_reads);
  return loads <= 1.3 * passes * block_reads ? passes : 1;
}

double l1_bytes(const DeviceProfile& profile) { return profile.shared_kbytes_per_sm * 1024; }

/// How far L1 is from keeping the lines along which lanes walk: each of them takes a piece of its line at a time, and
/// comes back to it after it has waited, when all resident warps have taken theirs.
double own_walks(const vgpu::Counts& c, const Work& work, const DeviceProfile& profile) {
  const Requests load = loads(c);
  if (load.requests == 0 || work.loads <= 2 * work.block_reads) return 0;
  const double in_time =
      std::max(1.0, std::min(load.sectors / load.ideal_sectors, static_cast<double>(c.load_waits) / work.warps));
  const double between_warps = std::max(1.0, work.loads / work.block_reads / in_time);
  const double lines = static_cast<double>(c.global_load_lines) / load.requests;
  return work.resident_warps * lines * line_bytes / between_warps / l1_bytes(profile);
}

Work work_of(const StepCounters& step, const DeviceProfile& profile) {
  const vgpu::Counts& c = step.counters.total;
  Work work;
  work.sms = busy_sms(step, profile);
  const auto blocks = static_cast<double>(step.blocks);
  const double warps = std::ceil(static_cast<double>(step.threads) / lanes);
  work.warps = blocks * warps;
  const Occupancy at_once = occupancy(step, profile);
  work.resident_blocks = at_once.blocks;
  work.resident_warps = at_once.warps;
  work.read = static_cast<double>(step.counters.dram_read_sectors);
  work.written = static_cast<double>(step.counters.dram_written_sectors);
  work.loads = static_cast<double>(c.global_load_sectors);
  work.stores = static_cast<double>(c.global_store_sectors);
  // A whole grid has no count of each block: then they share nothing.
  work.block_reads = std::min(static_cast<double>(step.counters.block_read_sectors), work.loads);
  if (work.block_reads == 0) work.block_reads = std::min(work.read, work.loads);
  work.again = (passes(step.counters, work.block_reads, work.loads) - 1) * work.block_reads;
  double side_by_side = 0;
  for (const vgpu::LineCounts& line : step.counters.lines) {
    const Requests store = stores(line.counts);
    if (!store.scattered()) side_by_side += store.sectors;
  }
  if (side_by_side > 1.5 * work.written) work.rewritten = side_by_side - work.written;
  work.own_walks = own_walks(c, work, profile);
  return work;
}

/// Which part of what resident blocks come back to a cache does not keep: 0, it keeps all.
double lost_by_l1(const StepCounters& step, const Work& work, const DeviceProfile& profile) {
  const double bytes = sector_bytes * work.read / static_cast<double>(step.blocks) * work.resident_blocks;
  return part_of_one(2 * bytes / l1_bytes(profile) - 1);
}

double lost_by_l2(double bytes, const DeviceProfile& profile, const ModelFigures& figures) {
  return part_of_one((bytes / (profile.l2_mbytes * 1e6) - figures.l2_part) / figures.l2_slope);
}

/// Clocks that a warp waits at a time, on average.
double wait_clocks(const Work& work, double by_l1, double by_l2, const ModelFigures& figures) {
  const double from_dram = work.block_reads == 0 ? 0 : std::min(1.0, work.read / work.block_reads);
  const double l2_more = figures.l2_clocks - figures.l1_clocks;
  const double passes = work.block_reads == 0 ? 1 : 1 + work.again / work.block_reads;
  if (passes > 1.2) {
    const double first = figures.l2_clocks + figures.dram_more_clocks * from_dram;
    const double later = figures.l1_clocks + l2_more * by_l1 + figures.dram_more_clocks * by_l2;
    return (first + (passes - 1) * later) / passes;
  }
  const double missed = work.loads == 0 ? 0 : std::min(1.0, figures.miss_weight * work.block_reads / work.loads);
  return figures.l1_clocks + (l2_more + figures.dram_more_clocks * from_dram) * missed;
}

}  // namespace

const std::vector<ModelFigure> model_figures = {
    {"dram_efficiency", &ModelFigures::dram_efficiency},
    {"issue_weight", &ModelFigures::issue_weight},
    {"integer_pipes", &ModelFigures::integer_pipes},
    {"l1_clocks", &ModelFigures::l1_clocks},
    {"l2_clocks", &ModelFigures::l2_clocks},
    {"dram_more_clocks", &ModelFigures::dram_more_clocks},
    {"miss_weight", &ModelFigures::miss_weight},
    {"block_clocks", &ModelFigures::block_clocks},
    {"barrier_clocks", &ModelFigures::barrier_clocks},
    {"instruction_clocks", &ModelFigures::instruction_clocks},
    {"shared_clocks", &ModelFigures::shared_clocks},
    {"overlap", &ModelFigures::overlap},
    {"overlap_blocks", &ModelFigures::overlap_blocks},
    {"store_sector_weight", &ModelFigures::store_sector_weight},
    {"store_line_bytes", &ModelFigures::store_line_bytes},
};

Occupancy occupancy(const StepCounters& step, const DeviceProfile& profile) {
  const auto blocks = static_cast<double>(step.blocks);
  const double warps = std::ceil(static_cast<double>(step.threads) / lanes);
  Occupancy result;
  result.registers = registers(step);
  const std::pair<const char*, double> room[] = {
      {"blocks", profile.blocks_per_sm},
      {"threads", profile.threads_per_sm / (warps * lanes)},
      {"shared memory",
       profile.shared_kbytes_per_sm * 1024 / (static_cast<double>(step.shared_bytes) + reserved_shared_bytes)},
      {"registers", registers_per_sm / (result.registers * warps * lanes)}};
  const auto least = std::min_element(std::begin(room), std::end(room), [](const auto& a, const auto& b) {
    return std::floor(a.second) < std::floor(b.second);
  });
  result.bound = least->first;
  const double of_grid = std::ceil(blocks / profile.sm_count), most = std::floor(least->second);
  if (of_grid <= most) result.bound = "grid";
  result.blocks = std::clamp(most, 1.0, of_grid);
  result.warps = result.blocks * warps;
  result.waves = std::max(1.0, blocks / (busy_sms(step, profile) * result.blocks));
  return result;
}

double busy_sms(const StepCounters& step, const DeviceProfile& profile) {
  return std::clamp(static_cast<double>(step.blocks), 1.0, profile.sm_count);
}

std::vector<TimeTerm> time_terms(const StepCounters& step, const DeviceProfile& profile, const ModelFigures& figures) {
  const vgpu::Counts& c = step.counters.total;
  const Work work = work_of(step, profile);
  const auto clocks = [&](double per_sm) { return per_sm / work.sms / profile.clocks_per_us(); };
  const auto pipe = [&](uint64_t instructions, double lanes_a_clock) {
    return clocks(static_cast<double>(instructions) * lanes / lanes_a_clock);
  };
  const double warp_instructions = static_cast<double>(c.warp_instructions) * figures.issue_weight;
  const double wavefronts = static_cast<double>(c.global_load_lines + c.shared_wavefronts());

  const double by_l1 = lost_by_l1(step, work, profile);
  const double resident = (work.read + work.written) / static_cast<double>(step.blocks) * work.resident_blocks;
  const double by_l2 = lost_by_l2(sector_bytes * resident * work.sms, profile, figures);
  const double walks_lost = part_of_one(2 * work.own_walks - 1);
  const double walks_lost_by_l2 =
      walks_lost * lost_by_l2(2 * work.own_walks * l1_bytes(profile) * work.sms, profile, figures);

  const double shared_by_all = sector_bytes * static_cast<double>(step.counters.shared_read_sectors);
  const bool in_every_l1 = shared_by_all > 0 && shared_by_all < shared_by_all_bytes;
  const double first_reads = in_every_l1 ? std::min(work.block_reads, work.read) : work.block_reads;
  const double l2_bytes = sector_bytes * (first_reads + work.again * by_l1 + (work.loads - first_reads) * walks_lost +
                                          work.stores * figures.store_sector_weight) +
                          static_cast<double>(c.global_store_lines) * figures.store_line_bytes;
  // What a block has stored twice it has mostly read in between.
  const double dram_bytes =
      sector_bytes * (work.read + work.written + (work.again + 2 * work.rewritten) * by_l2) * (1 - walks_lost_by_l2) +
      figures.scattered_dram_bytes * (work.loads + work.stores) * walks_lost_by_l2;

  // A thread that holds many values has instructions that do not need each other.
  const double need_each_other = 32 / registers(step);
  const auto each = [&](uint64_t all) { return static_cast<double>(all) / work.warps; };
  const double of_a_warp =
      each(c.load_waits) * wait_clocks(work, by_l1, by_l2, figures) +
      (each(c.warp_instructions) * figures.instruction_clocks + each(c.shared_load_requests) * figures.shared_clocks) *
          need_each_other +
      each(c.barriers) * figures.barrier_clocks + figures.block_clocks;
  const double turns = std::max(1.0, static_cast<double>(step.blocks) / (work.sms * work.resident_blocks));
  const double addresses = std::clamp(work.written, 1.0, figures.atomic_ways);
  return {
      {"issue", clocks(warp_instructions / profile.issue_slots)},
      {"fp32", pipe(c.fp32, profile.fp32_lanes)},
      {"fp64", pipe(c.fp64, profile.fp64_lanes)},
      {"integer", pipe(c.integer, profile.integer_lanes * figures.integer_pipes)},
      {"special", pipe(c.special, profile.special_lanes)},
      {"tensor", static_cast<double>(c.tensor_operations) * tensor_operation_flops /
                     (profile.tensor_f16_tflops * 1e6 * work.sms / profile.sm_count)},
      {"shared", clocks(wavefronts * wavefront_bytes / profile.shared_bytes_per_clock)},
      {"l2", std::max(l2_bytes / (profile.l2_gbytes_per_s * 1e3), clocks(l2_bytes / l2_bytes_per_clock_and_sm))},
      {"dram", dram_bytes / (profile.dram_gbytes_per_s * figures.dram_efficiency * 1e3)},
      {"latency", turns * of_a_warp / profile.clocks_per_us()},
      {"blocks", static_cast<double>(step.blocks) / figures.blocks_per_clock / profile.clocks_per_us()},
      {"atomics", static_cast<double>(c.atomic_lanes) * figures.atomic_clocks / addresses / profile.clocks_per_us()},
  };
}

double step_us(const StepCounters& step, const std::vector<TimeTerm>& terms, const DeviceProfile& profile,
               const ModelFigures& figures) {
  // Parts that hold each other up; those of one row are one part.
  double compute = 0, memory = 0, shared = 0, latency = 0, alone = 0;
  for (const TimeTerm& term : terms) {
    double& of = term.part == "l2" || term.part == "dram"          ? memory
                 : term.part == "shared"                           ? shared
                 : term.part == "latency"                          ? latency
                 : term.part == "blocks" || term.part == "atomics" ? alone
                                                                   : compute;
    of = std::max(of, term.us);
  }
  const double most = std::max({compute, memory, shared, latency});
  if (most <= 0) return alone;
  // What runs on while another waits: blocks, or warps where barriers are rare.
  const Work work = work_of(step, profile);
  const vgpu::Counts& c = step.counters.total;
  const double units = 4 * c.barriers > c.load_waits ? work.resident_blocks : work.resident_warps;
  const double p = 1 + (figures.overlap - 1) * units / (units + figures.overlap_blocks);
  double sum = 0;
  for (const double us : {compute, memory, shared, latency}) sum += std::pow(us / most, p);
  return std::max(most * std::pow(sum, 1 / p), alone);
}

}  // namespace tritutor
