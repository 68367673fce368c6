#include "grader/tune.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "grader/case_run.h"
#include "grader/dialect/dialect.h"

namespace tritutor {
namespace {

/// Sizes of most work that every configuration is tried at besides.
constexpr double most_work = 4e7;
/// What blocks are multiples of.
constexpr double least_block = 16;

reference::Values sizes_of(const Exercise& exercise, const Case& test) {
  reference::Values sizes;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == Role::size) sizes[argument.name] = test.values.at(argument.name);
  }
  return sizes;
}

/// The sizes of the largest case that is quick to run and that no block divides.
std::optional<reference::Values> uneven_sizes(const Exercise& exercise) {
  const Case* best = nullptr;
  for (const Case& test : exercise.cases) {
    const reference::Values sizes = sizes_of(exercise, test);
    const bool uneven = std::any_of(sizes.begin(), sizes.end(), [](const auto& each) {
      return each.second > least_block && std::fmod(each.second, least_block) != 0;
    });
    if (!uneven || least_work(exercise, test) > most_work) continue;
    if (best == nullptr || least_work(exercise, test) > least_work(exercise, *best)) best = &test;
  }
  if (best == nullptr) return std::nullopt;
  return sizes_of(exercise, *best);
}

/// A refusal that says of which configuration it is.
Refusal named(Refusal refusal, const std::string& name) {
  refusal.message = fmt::format("the configuration {}: {}", name, refusal.message);
  return refusal;
}

std::string note_of(const Exercise& exercise, const Bench& bench, const std::vector<size_t>& order) {
  const auto us = [&](size_t of) { return bench.series[of].points.back().time->us; };
  const auto name = [&](size_t of) { return bench.series[of].kernel.configuration.name; };
  std::string note = fmt::format("Of {} configurations {} is the fastest, {} at {}: {:.4g} us", bench.series.size(),
                                 name(order[0]), (bench.measured ? "measured on " : "predicted for ") + bench.device,
                                 sizes_in_words(exercise, bench.sizes.back()), us(order[0]));
  if (order.size() > 1) note += fmt::format("; the next is {} with {:.4g} us", name(order[1]), us(order[1]));
  if (order.size() > 2) note += fmt::format(", the slowest {} with {:.4g} us", name(order.back()), us(order.back()));
  return note + ". Every case is run with the fastest";
}

}  // namespace

std::variant<std::vector<BenchKernel>, Refusal> configurations_of(const Exercise& exercise,
                                                                  const std::filesystem::path& file,
                                                                  const std::string& source,
                                                                  const std::vector<reference::Values>& sizes,
                                                                  const SubmitOptions& options) {
  const Progress::Task task(options.progress, "compiling every configuration");
  CompileContext context;
  context.include_dir = options.include_dir;
  context.stop = options.stop;
  if (options.profile != nullptr) context.hardware = hardware_of(*options.profile);
  for (const reference::Values& each : sizes) {
    Case& point = context.cases.emplace_back(exercise.timed_case(exercise.timed[0]));
    for (const auto& [name, value] : each) point.values[name] = value;
  }
  Configurations found = dialect_of(file).configurations(exercise, file, source, context);
  if (auto* refusal = std::get_if<Refusal>(&found)) return std::move(*refusal);
  std::vector<BenchKernel> kernels;
  for (Configuration& each : std::get<std::vector<Configuration>>(found)) {
    kernels.push_back({each.name, file, source, std::move(each)});
  }
  return kernels;
}

std::vector<size_t> by_time(const Bench& bench) {
  std::vector<size_t> order;
  for (size_t i = 0; i < bench.series.size(); ++i) {
    const std::vector<BenchPoint>& points = bench.series[i].points;
    const bool right = !points.empty() && points.back().time &&
                       std::all_of(points.begin(), points.end(), [](const auto& each) { return each.problem.empty(); });
    if (right) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return bench.series[a].points.back().time->us < bench.series[b].points.back().time->us;
  });
  return order;
}

Choice choose_configuration(const Exercise& exercise, const std::filesystem::path& file, const std::string& source,
                            const SubmitOptions& options) {
  Choice choice;
  if (exercise.timed.empty() || options.profile == nullptr || !dialect_of(file).chooses_by_time(source)) return choice;
  std::vector<reference::Values> sizes = {sizes_of(exercise, exercise.timed_case(exercise.timed[0]))};
  if (auto uneven = uneven_sizes(exercise)) sizes.insert(sizes.begin(), *std::move(uneven));
  auto kernels = configurations_of(exercise, file, source, sizes, options);
  // What the file's first configuration does wrong, the cases show in full.
  if (std::holds_alternative<Refusal>(kernels)) return choice;
  Bench bench = tritutor::bench(exercise, std::get<std::vector<BenchKernel>>(kernels), sizes, options);
  if (bench.refusal) {
    choice.refusal = bench.refusal;
    return choice;
  }
  const std::vector<size_t> order = by_time(bench);
  const size_t chosen = order.empty() ? 0 : order[0];
  choice.configuration = bench.series[chosen].kernel.configuration;
  if (!order.empty()) choice.note = note_of(exercise, bench, order);
  for (BenchSeries& series : bench.series) {
    const std::string& name = series.kernel.configuration.name;
    if (series.refusal && !dialect_of(file).leaves_out(*series.refusal) && !choice.refusal) {
      choice.refusal = named(*series.refusal, name);
    }
    const auto wrong = std::find_if(series.points.begin(), series.points.end(),
                                    [](const BenchPoint& point) { return !point.problem.empty(); });
    if (wrong != series.points.end() && !choice.wrong) choice.wrong = WrongConfiguration{name, std::move(*wrong)};
  }
  return choice;
}

}  // namespace tritutor
