#include "grader/full_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <thread>

#include "grader/sample_check.h"
#include "reference/part.h"

namespace tritutor {
namespace {

/// Elements that one call of the reference computes: few enough that its arrays come from the heap's free lists.
constexpr int64_t chunk_elements = 1 << 13;
/// Elements beside each other that are looked at together: their inputs share cache lines.
constexpr int64_t strip = 16;
/// However dear a row of the reference is.
constexpr double least_groups = 64;

/// Calls work(i) for i below count, on several threads.
void in_parallel(size_t count, unsigned threads, const std::function<void(size_t)>& work) {
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr failure;
  const auto loop = [&] {
    for (size_t i = next++; i < count && !failed; i = next++) {
      try {
        work(i);
      } catch (...) {
        if (!failed.exchange(true)) failure = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> others;
    for (size_t i = 1; i < std::min<size_t>(threads, count); ++i) others.emplace_back(loop);
    loop();
  }
  if (failure) std::rethrow_exception(failure);
}

/// Which groups of neighbours are looked at, as numbers in ascending order: one drawn from each cell of a grid over the
/// output, so that no region as large as a cell is left out. A row of the output has `columns` groups.
std::vector<int64_t> drawn_groups(int64_t groups, int64_t columns, double wanted, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<int64_t> chosen;
  columns = std::max<int64_t>(1, columns);
  const int64_t rows = groups / columns;
  const double cell = std::sqrt(static_cast<double>(groups) / wanted);
  const auto height = static_cast<int64_t>(std::ceil(columns == 1 ? cell * cell : cell));
  const auto width = columns == 1 ? 1 : static_cast<int64_t>(std::ceil(cell));
  const auto draw = [&](int64_t first, int64_t size, int64_t end) {
    return first + static_cast<int64_t>(random() % static_cast<uint64_t>(std::min(size, end - first)));
  };
  // The same columns in every row: what the reference reads of them stays in the cache.
  std::vector<int64_t> drawn_columns;
  for (int64_t column = 0; column < columns; column += width) drawn_columns.push_back(draw(column, width, columns));
  for (int64_t row = 0; row < rows; row += height) {
    const int64_t i = draw(row, height, rows);
    for (const int64_t j : drawn_columns) chosen.push_back(i * columns + j);
  }
  for (const int64_t end : {int64_t{0}, columns - 1, groups - columns, groups - 1}) chosen.push_back(end);
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

/// The first element whose bytes are all poison, -1: none.
int64_t first_poison(const reference::Array& output, unsigned threads, int64_t& count) {
  const size_t size = reference::size_of(output.type);
  if (size < 4) return -1;  // too few bytes to tell poison from a value
  const auto elements = static_cast<size_t>(output.count());
  constexpr size_t chunk_size = 1 << 20;
  const size_t chunks = (elements + chunk_size - 1) / chunk_size;
  std::atomic<int64_t> first{INT64_MAX}, all{0};
  in_parallel(chunks, threads, [&](size_t chunk) {
    int64_t own = 0, own_first = INT64_MAX;
    for (size_t i = chunk * chunk_size; i < std::min(elements, (chunk + 1) * chunk_size); ++i) {
      const std::byte* bytes = output.bytes.data() + i * size;
      if (!std::all_of(bytes, bytes + size, [](std::byte b) { return b == std::byte{0xFF}; })) continue;
      ++own;
      own_first = std::min(own_first, static_cast<int64_t>(i));
    }
    if (own == 0) return;
    all += own;
    for (int64_t now = first; own_first < now && !first.compare_exchange_weak(now, own_first);) {
    }
  });
  count = all;
  return count == 0 ? -1 : first.load();
}

Mismatch never_written(const Argument& argument, const reference::Array& output, int64_t first, int64_t count) {
  Mismatch wrong;
  wrong.output = argument.name;
  wrong.index = place_of(first, output.shape);
  wrong.got = output.at(first);
  wrong.want = NAN;
  wrong.count = count;
  wrong.total = output.count();
  wrong.pattern = "never-written";
  wrong.pattern_text = fmt::format("{} of its {} elements were never written.", count, wrong.total);
  wrong.weight = 3;
  return wrong;
}

reference::Views views_of(const reference::Arrays& inputs) {
  reference::Views views;
  for (const auto& [name, array] : inputs) views.emplace(name, reference::View{array.type, array.bytes});
  return views;
}

std::optional<Mismatch> check_output(const Exercise& exercise, const Case& large, const reference::Views& inputs,
                                     const Argument& argument, const reference::Array& output,
                                     const FullCheckOptions& options) {
  const reference::PartCost cost = reference::part_cost(exercise.slug, large.values);
  const bool strips = cost.together == 1 && !output.shape.empty() && output.shape.back() % strip == 0;
  const int64_t together = strips ? strip : cost.together;
  const int64_t groups = output.count() / together;
  const double wanted = std::max(least_groups, options.work / (strips ? cost.work * strip : cost.work));
  const bool all = wanted >= static_cast<double>(groups);
  std::vector<int64_t> drawn;
  if (!all)
    drawn = drawn_groups(groups, output.shape.empty() ? 1 : output.shape.back() / together, wanted, options.seed);
  const int64_t count = all ? groups : static_cast<int64_t>(drawn.size());
  const int64_t chunk_groups = std::max<int64_t>(1, chunk_elements / together);
  const int64_t chunks = (count + chunk_groups - 1) / chunk_groups;

  const Tolerance& tolerance = exercise.tolerance.at(argument.name);
  const double length = reduction_length(tolerance, large.values);
  const size_t size = reference::size_of(output.type);
  std::vector<std::optional<Mismatch>> found(static_cast<size_t>(chunks));
  in_parallel(static_cast<size_t>(chunks), options.threads, [&](size_t chunk) {
    SampledValues values;
    const int64_t first = static_cast<int64_t>(chunk) * chunk_groups, end = std::min(count, first + chunk_groups);
    for (int64_t g = first; g < end; ++g) {
      const int64_t group = all ? g : drawn[static_cast<size_t>(g)];
      for (int64_t i = 0; i < together; ++i) values.elements.push_back(group * together + i);
    }
    values.got = reference::Array(output.type, {static_cast<int64_t>(values.elements.size())});
    for (size_t i = 0; i < values.elements.size(); ++i) {
      std::copy_n(output.bytes.begin() + values.elements[i] * static_cast<int64_t>(size), size,
                  values.got.bytes.begin() + static_cast<std::ptrdiff_t>(i * size));
    }
    const auto want = reference::expected_at(exercise.slug, inputs, large.values, values.elements);
    if (!want) return;
    std::optional<Mismatch> wrong = compare(argument.name, values.got, *want, tolerance, length);
    if (!wrong) return;
    wrong->index = place_of(values.elements[static_cast<size_t>(wrong->index[0])], output.shape);
    wrong->map.clear();
    if (wrong->pattern != "tf32" && wrong->pattern != "half") wrong->pattern = "large-sizes";
    wrong->pattern_text += cause_of(values, *want, tolerance, length);
    found[chunk] = std::move(wrong);
  });
  std::optional<Mismatch> first;
  int64_t wrong = 0;
  for (std::optional<Mismatch>& each : found) {
    if (!each) continue;
    wrong += each->count;
    if (!first) first = std::move(each);
  }
  if (!first) return std::nullopt;
  first->count = wrong;
  first->total = count * together;
  if (first->pattern == "large-sizes") {
    first->pattern_text =
        fmt::format("of {} elements that were looked at, {} {} wrong.", first->total, wrong, wrong == 1 ? "is" : "are");
  }
  return first;
}

}  // namespace

std::vector<reference::Expected> expected_in_full(const Exercise& exercise, const Case& large,
                                                  const reference::Arrays& inputs, unsigned threads) {
  if (!reference::has_parts(exercise.slug)) return reference::find(exercise.slug)(inputs, large.values);
  const auto output = std::find_if(exercise.arguments.begin(), exercise.arguments.end(),
                                   [](const Argument& argument) { return argument.role == Role::output; });
  const auto elements = static_cast<int64_t>(elements_of(*output, large.values));
  const int64_t together = reference::part_cost(exercise.slug, large.values).together;
  const int64_t chunk = std::max<int64_t>(1, 64 / together) * together;
  const reference::Views views = views_of(inputs);
  std::vector<reference::Expected> all(1);
  all[0].value.resize(static_cast<size_t>(elements));
  all[0].magnitude.resize(static_cast<size_t>(elements));
  in_parallel(static_cast<size_t>((elements + chunk - 1) / chunk), threads, [&](size_t i) {
    const int64_t first = static_cast<int64_t>(i) * chunk;
    std::vector<int64_t> wanted(static_cast<size_t>(std::min(chunk, elements - first)));
    std::iota(wanted.begin(), wanted.end(), first);
    const auto part = reference::expected_at(exercise.slug, views, large.values, wanted);
    std::copy(part->value.begin(), part->value.end(), all[0].value.begin() + first);
    std::copy(part->magnitude.begin(), part->magnitude.end(), all[0].magnitude.begin() + first);
  });
  return all;
}

std::optional<Mismatch> check_in_full(const Exercise& exercise, const Case& large, const reference::Arrays& inputs,
                                      const std::vector<reference::Array>& outputs, const FullCheckOptions& options) {
  std::vector<const Argument*> arguments;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == Role::output) arguments.push_back(&argument);
  }
  for (size_t o = 0; o < outputs.size(); ++o) {
    int64_t count = 0;
    const int64_t first = first_poison(outputs[o], options.threads, count);
    if (first >= 0) return never_written(*arguments[o], outputs[o], first, count);
  }
  if (!reference::has_parts(exercise.slug)) {
    const std::vector<reference::Expected> expected = reference::find(exercise.slug)(inputs, large.values);
    for (size_t o = 0; o < outputs.size(); ++o) {
      const Tolerance& tolerance = exercise.tolerance.at(arguments[o]->name);
      const double length = reduction_length(tolerance, large.values);
      if (auto wrong = compare(arguments[o]->name, outputs[o], expected[o], tolerance, length)) return wrong;
    }
    return std::nullopt;
  }
  const reference::Views views = views_of(inputs);
  for (size_t o = 0; o < outputs.size(); ++o) {
    if (auto wrong = check_output(exercise, large, views, *arguments[o], outputs[o], options)) return wrong;
  }
  return std::nullopt;
}

}  // namespace tritutor
