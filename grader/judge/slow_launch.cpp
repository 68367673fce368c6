#include "grader/judge/slow_launch.h"

#include <fmt/format.h>

#include <algorithm>

namespace tritutor {
namespace {

/// Accesses of a thread in one line that are worth a word.
constexpr double many_accesses = 64;
/// A buffer that all threads go through is at least so large.
constexpr uint64_t least_elements = 256;

/// The line with most requests to global memory; nullptr where there was none.
const vgpu::LineCounts* busiest_line(const vgpu::Counters& counters) {
  const vgpu::LineCounts* busiest = nullptr;
  for (const vgpu::LineCounts& line : counters.lines) {
    if (line.line == 0 || line.counts.global_requests() == 0) continue;
    if (busiest == nullptr || line.counts.global_requests() > busiest->counts.global_requests()) busiest = &line;
  }
  return busiest;
}

/// The buffer that a thread goes through as a whole where it makes `least` to `most` accesses in one line; nullptr:
/// none.
const LargeBuffer* whole_buffer(const std::vector<LargeBuffer>& buffers, double least, double most) {
  for (const LargeBuffer& buffer : buffers) {
    const auto elements = static_cast<double>(buffer.elements);
    if (buffer.elements < least_elements) continue;
    // A line may both read and write; a warp whose last lanes are masked off makes a few accesses less.
    if (least < 2.2 * elements && most > 0.9 * elements) return &buffer;
  }
  return nullptr;
}

std::string blocks_in_words(const SlowLaunch& launch) {
  const uint64_t blocks = launch.grid.count(), threads = launch.block.count();
  return fmt::format("{} block{} of {} thread{}", blocks, blocks == 1 ? "" : "s", threads, threads == 1 ? "" : "s");
}

}  // namespace

void explain(const SlowLaunch& launch, const std::string& sizes, vgpu::Finding& finding) {
  const vgpu::LaunchResult& result = launch.result;
  finding.message = fmt::format("{}: at {} the {} of {} did hundreds of times the work that there is, and were ended",
                                too_slow_to_use, sizes, blocks_in_words(launch), launch.kernel);
  finding.block = finding.thread = {0, 0, 0};
  if (launch.grid.count() > 65536 && result.working_blocks < result.blocks_run / 8) {
    finding.message = fmt::format("{}: at {} the grid of {} has {}, of which {} work there", too_slow_to_use, sizes,
                                  launch.kernel, blocks_in_words(launch),
                                  result.working_blocks == 0   ? "none has"
                                  : result.working_blocks == 1 ? "only 1 has"
                                                               : fmt::format("only {} have", result.working_blocks));
    finding.cause =
        "the others start, find nothing to do and end: ask for as many blocks as the sizes need, "
        "cdiv(n, BLOCK)";
    return;
  }
  const vgpu::LineCounts* line = busiest_line(result.counters);
  if (line == nullptr) return;
  finding.file = line->file;
  finding.line = line->line;
  finding.column = 0;
  // The blocks that were under way when the launch was ended made a part of their accesses.
  const auto requests = static_cast<double>(line->counts.global_requests());
  const auto warps = static_cast<double>((launch.block.count() + 31) / 32);
  const double accesses = requests / (static_cast<double>(std::max<uint64_t>(result.blocks_run, 1)) * warps);
  const uint64_t whole = result.blocks_completed;
  const double most = whole == 0 ? accesses : requests / (static_cast<double>(whole) * warps);
  const uint64_t threads = launch.grid.count() * launch.block.count();
  if (const LargeBuffer* buffer = whole_buffer(launch.buffers, accesses, most); buffer != nullptr && threads > 1) {
    finding.cause = fmt::format(
        "each of the {} threads goes through all {} elements of {}: let each do its own part, from "
        "i = blockIdx.x * blockDim.x + threadIdx.x on",
        threads, buffer->elements, buffer->name);
  } else if (accesses >= many_accesses) {
    finding.cause = fmt::format("a thread accesses global memory about {:.0f} times in this line, and there are {}",
                                accesses, threads);
  }
}

}  // namespace tritutor
