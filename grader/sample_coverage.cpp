#include <fmt/format.h>

#include <algorithm>

#include "grader/sample_check.h"

namespace tritutor {
namespace {

/// A hundredth of an output may be stored to by several blocks (tiles that are moved back at an edge), or be missing
/// by mere counting.
constexpr uint64_t least_part = 100;
/// Blocks that all have to store equally much before that is taken for what every block does.
constexpr size_t least_blocks = 8;

bool writes(const StepWrites& step, size_t output) {
  return std::any_of(step.blocks[output].begin(), step.blocks[output].end(),
                     [](const BlockElements& block) { return !block.elements.empty(); });
}

uint64_t most_elements(const StepWrites& step, size_t output) {
  uint64_t most = 0;
  for (const BlockElements& block : step.blocks[output]) most = std::max(most, count_of(block));
  return most;
}

bool is_good(const vgpu::Coverage& coverage) {
  return coverage.written == coverage.elements && coverage.twice <= coverage.elements / least_part;
}

/// "the grid has 65535 blocks of 256 threads, which write up to 256 elements each"
std::string grid_in_words(const StepWrites& step, uint64_t most) {
  const uint64_t blocks = step.step->grid.count();
  return fmt::format("the grid of {} has {} block{} of {} threads, and a block writes {}{} element{} of it",
                     step.step->kernel, blocks, blocks == 1 ? "" : "s", step.step->block.count(),
                     most > 1 ? "up to " : "", most, most == 1 ? "" : "s");
}

std::string missing_in_words(const std::string& name, const vgpu::Coverage& coverage) {
  if (coverage.written == 0) return fmt::format("nothing is ever written to {}", name);
  if (coverage.first_missing == coverage.written_end) {
    return fmt::format("only the first {} of {}'s {} elements are ever written", coverage.written, name,
                       coverage.elements);
  }
  const uint64_t missing = coverage.elements - coverage.written;
  return fmt::format("{}[{}]{} never written, of {} elements", name, coverage.first_missing,
                     missing == 1 ? " is" : fmt::format(" and {} more elements are", missing - 1), coverage.elements);
}

/// What most likely made it so, as a sentence of its own; empty: nobody knows.
std::string cause_of(const vgpu::Coverage& coverage, const StepWrites& writer, uint64_t most) {
  const uint64_t blocks = writer.step->grid.count();
  const bool prefix = coverage.first_missing == coverage.written_end;
  if (!prefix && coverage.first_missing >= uint64_t{float_integers} &&
      coverage.first_missing < uint64_t{float_integers} + 64) {
    return fmt::format(" An index that went through float is exact only up to {} = 2^24: compute it in int.",
                       float_integers);
  }
  if (prefix && blocks > short_numbers && coverage.written == short_numbers * most) {
    return fmt::format(
        " Blocks {} and 0 write the same: a block number kept in 16 bits counts only to {}. Keep it in an int.",
        short_numbers, short_numbers - 1);
  }
  if (prefix && most > 0 && blocks * most <= coverage.written + most) {
    return fmt::format(
        " That takes {} such blocks, or a loop in which each block goes on (i += gridDim.x * blockDim.x). Is the "
        "number of blocks capped in launch()?",
        (coverage.elements + most - 1) / most);
  }
  return "";
}

CoverageFault fault_of(const std::string& name, const vgpu::Coverage& coverage, const StepWrites& writer,
                       uint64_t most) {
  if (coverage.written < coverage.elements) {
    return {fmt::format("{}: {}.{}", missing_in_words(name, coverage), grid_in_words(writer, most),
                        cause_of(coverage, writer, most))};
  }
  const uint64_t needed = (coverage.elements + most - 1) / most;
  return {
      fmt::format("{} of {}'s {} elements are written by more than one block ({}[{}] first): {}. {}That is a race, "
                  "and work done twice.",
                  coverage.twice, name, coverage.elements, name, coverage.first_twice, grid_in_words(writer, most),
                  needed < writer.step->grid.count() ? fmt::format("{} such blocks are enough. ", needed) : "")};
}

/// What follows from every sampled block storing equally many elements: the least that is missing. nullopt: nothing.
std::optional<vgpu::Coverage> from_counts(const StepWrites& step, size_t output, uint64_t elements) {
  const uint64_t most = most_elements(step, output);
  for (const BlockElements& block : step.blocks[output]) {
    if (count_of(block) != most) return std::nullopt;
  }
  const uint64_t written = most * step.step->grid.count();
  if (written + elements / least_part >= elements) return std::nullopt;
  vgpu::Coverage coverage;
  coverage.elements = elements;
  coverage.written = coverage.first_missing = coverage.written_end = written;
  return coverage;
}

/// How the steps that write one output cover it, by their samples alone.
struct Estimate {
  const StepWrites* writer = nullptr;     ///< the last of them
  size_t writers = 0;                     ///< how many there are
  std::optional<vgpu::Coverage> by_rule;  ///< of the last one
  bool good = false;                      ///< by rules that every sampled block kept
};

Estimate estimate_of(const std::vector<StepWrites>& steps, size_t output, uint64_t elements) {
  Estimate estimate;
  bool covered = false, once = true;
  for (const StepWrites& step : steps) {
    if (!writes(step, output)) continue;
    ++estimate.writers;
    estimate.writer = &step;
    estimate.by_rule.reset();
    if (const auto rule = find_rule(step.step->grid, elements, step.blocks[output])) {
      estimate.by_rule = follow_rule(*rule, step.step->grid, elements);
    }
    covered = covered || (estimate.by_rule && estimate.by_rule->written == elements);
    once = once && estimate.by_rule && estimate.by_rule->twice <= elements / least_part;
  }
  estimate.good = covered && once;
  return estimate;
}

/// What is certain of an output that the sample leaves in doubt and that cannot be run as a whole.
std::optional<vgpu::Coverage> conclude(const Estimate& estimate, size_t output, uint64_t elements,
                                       CoverageProof& proof) {
  if (estimate.writers != 1) return std::nullopt;
  if (estimate.by_rule) return estimate.by_rule;
  if (!from_counts(*estimate.writer, output, elements)) return std::nullopt;
  const std::vector<StepWrites> larger = proof.run_larger_sample();
  const Estimate again = estimate_of(larger, output, elements);
  if (again.writers != 1 || !again.writer->known) return std::nullopt;
  if (again.by_rule) return again.by_rule;
  const size_t looked_at = again.writer->blocks[output].size();
  if (looked_at < least_blocks && looked_at < again.writer->step->grid.count()) return std::nullopt;
  return from_counts(*again.writer, output, elements);
}

}  // namespace

StepWrites writes_of(const Step& step, const vgpu::LaunchResult& result, const std::vector<LargeOutput>& outputs) {
  StepWrites writes;
  writes.step = &step;
  writes.warp_instructions = result.warp_instructions;
  writes.known = result.completed && !result.blocks_may_talk;
  writes.blocks.resize(outputs.size());
  for (const vgpu::SampledBlock& block : result.sampled) {
    if (!block.exact) {  // what it would have stored in the end is not known
      writes.known = false;
      continue;
    }
    for (size_t o = 0; o < outputs.size(); ++o) {
      BlockElements& mine = writes.blocks[o].emplace_back(BlockElements{block.block, {}});
      const uint64_t size = reference::size_of(outputs[o].argument->type);
      for (const vgpu::SampledBlock::Buffer& wrote : block.wrote) {
        if (wrote.address != outputs[o].buffer) continue;
        for (const vgpu::ByteRange& range : wrote.ranges) {
          mine.elements.push_back({range.first / size, (range.end + size - 1) / size});
        }
      }
    }
  }
  return writes;
}

bool is_coverage_in_doubt(const std::vector<LargeOutput>& outputs, const std::vector<StepWrites>& steps) {
  if (std::any_of(steps.begin(), steps.end(), [](const StepWrites& step) { return !step.known; })) return false;
  for (size_t o = 0; o < outputs.size(); ++o) {
    const uint64_t elements = outputs[o].elements;
    if (elements >= least_covered_elements && !estimate_of(steps, o, elements).good) return true;
  }
  return false;
}

std::optional<CoverageFault> check_coverage(const std::vector<LargeOutput>& outputs,
                                            const std::vector<StepWrites>& steps, CoverageProof& proof) {
  if (std::any_of(steps.begin(), steps.end(), [](const StepWrites& step) { return !step.known; })) return std::nullopt;
  std::optional<std::optional<std::vector<vgpu::Coverage>>> whole;  // once at most
  for (size_t o = 0; o < outputs.size(); ++o) {
    const uint64_t elements = outputs[o].elements;
    if (elements < least_covered_elements) continue;
    const Estimate estimate = estimate_of(steps, o, elements);
    if (estimate.good) continue;
    if (!whole) whole = proof.run_whole();
    const std::optional<vgpu::Coverage> certain = *whole ? (**whole)[o] : conclude(estimate, o, elements, proof);
    if (!certain || is_good(*certain)) continue;
    const StepWrites& writer = estimate.writer != nullptr ? *estimate.writer : steps.back();
    return fault_of(outputs[o].argument->name, *certain, writer, std::max<uint64_t>(most_elements(writer, o), 1));
  }
  return std::nullopt;
}

}  // namespace tritutor
