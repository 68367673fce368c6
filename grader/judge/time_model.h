#pragma once
// How long a launch would keep a device busy, from what the virtual GPU counted.
//
// A device's parts work beside each other, and a launch takes about as long as the busiest of them; where several are
// nearly as busy, it takes longer, and the more so the fewer blocks an SM holds to fill one's waiting with another's
// work. One part is nobody's work: a warp's own way through its waits for memory, its barriers and instructions that
// need each other ("latency"). Few warps, or warps that wait often, are slow by it with every other part idle.
//
// The form is that of the parts' times t: (sum of t^p)^(1/p), p from 2 upwards; fitted with its figures to an H100
// (bench/model, bench/results/2026-11-25-model.md). What it cannot know: how many registers ptxas gives a
// thread, for which it takes those that PTX needs at once; the machine's instructions, for which it takes PTX's; and
// when blocks that are far from each other in the grid want the same sector, while L2 forgets it.

#include <cstdint>
#include <string>
#include <vector>

#include "grader/judge/profile.h"
#include "vgpu/vgpu.h"

namespace tritutor {

/// What one launch of a plan did.
struct StepCounters {
  std::string kernel;
  uint64_t blocks = 1;  ///< of its grid
  vgpu::Counters counters;
  uint64_t blocks_run = 1;       ///< fewer than it has: the counters are estimated from these
  bool at_least = false;         ///< a block was ended early: the counters are the least there can be
  uint64_t threads = 256;        ///< of a block
  uint64_t shared_bytes = 0;     ///< of a block
  uint64_t registers_live = 0;   ///< vgpu::KernelInfo's
  uint64_t most_threads = 1024;  ///< of a block: __launch_bounds__, 1024: none
};

/// Figures of the model that are no data sheet's. Clocks are the SMs'.
struct ModelFigures {
  // Fitted to an H100 (model.py fit).
  double dram_efficiency = 0.874;     ///< of its rate, what a copy reaches
  double issue_weight = 1.03;         ///< machine instructions to one of PTX
  double integer_pipes = 1.57;        ///< multiply-adds have a pipe of their own: how much more a usual mix does
  double l1_clocks = 31.1;            ///< a wait for L1
  double l2_clocks = 656;             ///< for L2 under load
  double dram_more_clocks = 167;      ///< for DRAM, on top of that
  double miss_weight = 16.5;          ///< a wait is for L2 where one of so many sectors is
  double block_clocks = 744;          ///< to start a block and to end it
  double barrier_clocks = 136;        ///< a barrier
  double instruction_clocks = 3.81;   ///< an instruction of a warp, until the next that needs it
  double shared_clocks = 3.47;        ///< a load from shared memory, likewise
  double overlap = 2.72;              ///< p where an SM has many blocks
  double overlap_blocks = 0.179;      ///< with so many it is half way from 1
  double store_sector_weight = 1.14;  ///< L2 takes so much longer to store a sector than to load one
  double store_line_bytes = 62.2;     ///< and as long as for these for each line besides
  // Read off single kernels.
  double blocks_per_clock = 0.839;   ///< that a device starts; one of 32 threads ends as soon
  double atomic_clocks = 3.52;       ///< between two atomics on one address
  double atomic_ways = 64;           ///< addresses that are served at once
  double l2_part = 0.6;              ///< of L2 that keeps what resident blocks come back to
  double l2_slope = 1.2;             ///< so many L2s more, and nothing of it is kept
  double scattered_dram_bytes = 85;  ///< that a sector on its own costs
};

/// The model's figures by name, for fitting them.
struct ModelFigure {
  const char* name;
  double ModelFigures::*value;
};
extern const std::vector<ModelFigure> model_figures;

/// One part of a device and how long it would be busy with a launch.
struct TimeTerm {
  std::string part;  ///< "issue", "fp32", "fp64", "integer", "special", "tensor", "shared", "l2", "dram", "latency",
                     ///< "blocks", "atomics"
  double us = 0;
};

/// Every part's time for one launch without the launch's own cost. A grid of fewer blocks than the device has SMs
/// leaves the others idle.
std::vector<TimeTerm> time_terms(const StepCounters& step, const DeviceProfile& profile,
                                 const ModelFigures& figures = {});

/// What of a launch is on an SM at once.
struct Occupancy {
  double blocks = 1, warps = 1;  ///< of an SM
  /// What lets in no more: "registers", "shared memory", "threads" or "blocks" (an SM's most), or "grid": all of it is
  /// there at once.
  std::string bound;
  double registers = 32;  ///< that a thread is thought to have
  double waves = 1;       ///< how often the SMs fill up until the grid is done
};
Occupancy occupancy(const StepCounters& step, const DeviceProfile& profile);

/// All of them together.
double step_us(const StepCounters& step, const std::vector<TimeTerm>& terms, const DeviceProfile& profile,
               const ModelFigures& figures = {});

/// SMs that have a block.
double busy_sms(const StepCounters& step, const DeviceProfile& profile);

}  // namespace tritutor
