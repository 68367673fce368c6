#pragma once
// What a sample of blocks at the sizes of a GPU says of the results there: whether the whole grid covers each output,
// and whether what the sampled blocks stored is right.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/device/virtual_device.h"
#include "grader/judge/compare.h"
#include "grader/judge/coverage.h"
#include "grader/large_buffers.h"
#include "reference/part.h"

namespace tritutor {

/// An int that went through float is exact up to here.
inline constexpr int64_t float_integers = int64_t{1} << 24;
/// Numbers of 16 bits.
inline constexpr uint64_t short_numbers = uint64_t{1} << 16;

/// What the sampled blocks of one step stored into each output, in elements.
struct StepWrites {
  const Step* step = nullptr;
  uint64_t warp_instructions = 0;                  ///< of the whole grid, estimated
  bool known = true;                               ///< false: blocks that were cut off, or that may wait for others
  std::vector<std::vector<BlockElements>> blocks;  ///< of each output: every sampled block
};

/// The writes of a step that has run.
StepWrites writes_of(const Step& step, const vgpu::LaunchResult& result, const std::vector<LargeOutput>& outputs);

/// Outputs that not every block needs to write are too small to tell anything of.
inline constexpr uint64_t least_covered_elements = 1024;

/// What is wrong with how a plan's steps cover an output.
struct CoverageFault {
  std::string message;  ///< one sentence with the numbers, and the likely cause as a second where there is one
};

/// Whether the samples of a plan's steps do not show by themselves that each output is covered, and once.
bool is_coverage_in_doubt(const std::vector<LargeOutput>& outputs, const std::vector<StepWrites>& steps);

/// What check_coverage() may ask for where the sample leaves doubts.
class CoverageProof {
 public:
  virtual ~CoverageProof() = default;
  /// Runs every block of every step: of each output, what that stored. nullopt where it would take too long.
  virtual std::optional<std::vector<vgpu::Coverage>> run_whole() = 0;
  /// A sample of more blocks than the first; empty where there is none.
  virtual std::vector<StepWrites> run_larger_sample() = 0;
};

/// Judges how the steps of a plan cover its outputs. Only what is certain is a fault: what a whole run has shown, what
/// follows from a rule that every sampled block kept, or from each of them storing equally much.
std::optional<CoverageFault> check_coverage(const std::vector<LargeOutput>& outputs,
                                            const std::vector<StepWrites>& steps, CoverageProof& proof);

/// Some of the elements that a step's sampled blocks stored into one output, and what they held after it.
struct SampledValues {
  std::vector<int64_t> elements;
  std::vector<uint64_t> blocks;  ///< that stored each; empty: unknown
  reference::Array got;
};

/// Takes those of one output from the device: as many as can be held against the reference in a few milliseconds.
SampledValues take_values(const Exercise& exercise, const Case& large, const LargeOutput& output,
                          const std::vector<BlockElements>& blocks, const VirtualDevice& device);

/// What is wrong with them, with indices of the whole output; nullopt where nothing is, or the reference has no parts.
std::optional<Mismatch> check_values(const Exercise& exercise, const Case& large, const LargeOutput& output,
                                     const SampledValues& values, const reference::Views& inputs);

/// The index of a flat element in an array of a shape.
std::vector<int64_t> place_of(int64_t element, const std::vector<int64_t>& shape);

/// What the places of the wrong elements say of the mistake, as a sentence with a blank before it; empty: nothing.
std::string cause_of(const SampledValues& values, const reference::Expected& want, const Tolerance& tolerance,
                     double length);

}  // namespace tritutor
