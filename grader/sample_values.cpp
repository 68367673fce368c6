#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "grader/sample_check.h"

namespace tritutor {
namespace {

/// Multiplications that the reference may take for all elements together, and elements at the least and at the most.
constexpr double most_work = 400'000;
constexpr double least_rows = 8, most_rows = 4096;
/// Of each row of elements that share their work.
constexpr uint64_t elements_of_a_row = 16;

/// The place of the i-th element among ranges.
uint64_t element_at(const std::vector<vgpu::ByteRange>& ranges, uint64_t i) {
  for (const vgpu::ByteRange& range : ranges) {
    if (i < range.end - range.first) return range.first + i;
    i -= range.end - range.first;
  }
  return ranges.back().end - 1;
}

/// `count` numbers below `end`, spread from the first to the last.
std::vector<uint64_t> spread(uint64_t count, uint64_t end) {
  std::vector<uint64_t> numbers;
  count = std::min(count, end);
  for (uint64_t i = 0; i < count; ++i) numbers.push_back(count == 1 ? end / 2 : i * (end - 1) / (count - 1));
  return numbers;
}

/// Elements of the row that `element` lies in, among those a block stored.
void add_row(const std::vector<vgpu::ByteRange>& ranges, uint64_t element, uint64_t row, uint64_t block,
             std::vector<std::pair<int64_t, uint64_t>>& to) {
  const uint64_t row_first = element / row * row;
  for (const vgpu::ByteRange& range : ranges) {
    if (element < range.first || element >= range.end) continue;
    const uint64_t first = std::max(range.first, row_first), end = std::min(range.end, row_first + row);
    for (const uint64_t i : spread(elements_of_a_row, end - first)) {
      to.emplace_back(static_cast<int64_t>(first + i), block);
    }
  }
}

}  // namespace

std::vector<int64_t> place_of(int64_t element, const std::vector<int64_t>& shape) {
  std::vector<int64_t> index(shape.size());
  for (size_t d = shape.size(); d-- > 0; element /= shape[d]) index[d] = element % shape[d];
  return index;
}

std::string cause_of(const SampledValues& values, const reference::Expected& want, const Tolerance& tolerance,
                     double length) {
  // Of all elements that the mistake would get wrong, how many are; and none that it would leave right.
  struct Suspect {
    uint64_t touched = 0, wrong = 0, others_wrong = 0;
    bool guilty() const { return others_wrong == 0 && wrong > 2 && 10 * wrong >= 9 * touched; }
  } through_float, through_short;
  for (size_t i = 0; i < values.elements.size(); ++i) {
    const double got = values.got.at(static_cast<int64_t>(i));
    const bool wrong =
        !(std::fabs(got - want.value[i]) <= bound_of(values.got.type, tolerance, length, want.magnitude[i]));
    const auto count = [&](Suspect& suspect, bool touched) {
      if (touched) ++suspect.touched;
      if (wrong) ++(touched ? suspect.wrong : suspect.others_wrong);
    };
    count(through_float, static_cast<int64_t>(static_cast<float>(values.elements[i])) != values.elements[i]);
    count(through_short, !values.blocks.empty() && values.blocks[i] >= short_numbers);
  }
  if (through_float.guilty()) {
    return fmt::format(
        " They are those past {} = 2^24 that a float cannot hold: did an index go through float? Compute it in int.",
        float_integers);
  }
  if (through_short.guilty()) {
    return fmt::format(" They are those of blocks {} and above: is a block number kept in 16 bits, which count to {}?",
                       short_numbers, short_numbers - 1);
  }
  return "";
}

SampledValues take_values(const Exercise& exercise, const Case& large, const LargeOutput& output,
                          const std::vector<BlockElements>& blocks, const VirtualDevice& device) {
  SampledValues values;
  if (!reference::has_parts(exercise.slug)) return values;
  const reference::PartCost cost = reference::part_cost(exercise.slug, large.values);
  const double rows = std::clamp(most_work / cost.work, least_rows, most_rows);
  const auto block_rows = static_cast<uint64_t>(std::max(1.0, rows / static_cast<double>(blocks.size())));
  // Where the rows do not suffice for every block, the ends and what lies spread between them are looked at.
  std::vector<std::pair<int64_t, uint64_t>> chosen;
  for (const uint64_t b : spread(static_cast<uint64_t>(rows), blocks.size())) {
    const BlockElements& block = blocks[b];
    for (const uint64_t i : spread(block_rows, count_of(block))) {
      add_row(block.elements, element_at(block.elements, i), static_cast<uint64_t>(cost.together), block.block, chosen);
    }
  }
  std::sort(chosen.begin(), chosen.end());
  const std::span<const std::byte> bytes = device.view(output.buffer);
  const size_t size = reference::size_of(output.argument->type);
  values.got = reference::Array(output.argument->type, {static_cast<int64_t>(chosen.size())});
  for (const auto& [element, block] : chosen) {
    if (!values.elements.empty() && values.elements.back() == element) continue;
    std::copy_n(bytes.begin() + element * static_cast<int64_t>(size), size,
                values.got.bytes.begin() + static_cast<std::ptrdiff_t>(values.elements.size() * size));
    values.elements.push_back(element);
    values.blocks.push_back(block);
  }
  values.got.shape = {static_cast<int64_t>(values.elements.size())};
  values.got.bytes.resize(values.elements.size() * size);
  return values;
}

std::optional<Mismatch> check_values(const Exercise& exercise, const Case& large, const LargeOutput& output,
                                     const SampledValues& values, const reference::Views& inputs) {
  if (values.elements.empty()) return std::nullopt;
  const auto want = reference::expected_at(exercise.slug, inputs, large.values, values.elements);
  if (!want) return std::nullopt;
  const Tolerance& tolerance = exercise.tolerance.at(output.argument->name);
  const double length = reduction_length(tolerance, large.values);
  std::optional<Mismatch> wrong = compare(output.argument->name, values.got, *want, tolerance, length);
  if (!wrong) return std::nullopt;
  const auto at = static_cast<size_t>(wrong->index[0]);
  const int64_t element = values.elements[at];
  wrong->index = place_of(element, shape_of(*output.argument, large.values));
  wrong->map.clear();
  wrong->pattern = "large-sizes";
  wrong->pattern_text = fmt::format("block {} of the grid wrote it; of {} elements that were looked at, {} {} wrong.",
                                    values.blocks[at], wrong->total, wrong->count, wrong->count == 1 ? "is" : "are");
  wrong->pattern_text += cause_of(values, *want, tolerance, length);
  return wrong;
}

}  // namespace tritutor
