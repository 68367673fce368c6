#include "app/bench_chart.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "app/plot/svg.h"

namespace tritutor {
namespace {

using plot::Axis;

/// The look of what kernels are held against.
constexpr size_t limit_look = plot::looks - 1;

std::string ratio_in_words(double ratio, const std::string& name) {
  if (ratio == 1) return name;
  if (ratio > 1 && ratio == std::floor(ratio)) return fmt::format("{:.0f} {}", ratio, name);
  if (1 / ratio == std::floor(1 / ratio)) return fmt::format("{}/{:.0f}", name, 1 / ratio);
  return fmt::format("{:.4g} {}", ratio, name);
}

/// One series of a kernel, or of the limit beside the first kernel that was timed at a size; `place` gives a point, or
/// none. A size at which nothing was timed breaks the line.
using Place = std::function<std::optional<plot::Point>(size_t size, const BenchPoint& point, const TimeRange& time)>;

plot::Series series_of(const BenchSeries& from, size_t look, const std::string& name, const Place& place) {
  plot::Series series;
  series.name = name;
  series.look = look;
  series.runs.emplace_back();
  for (size_t size = 0; size < from.points.size(); ++size) {
    const BenchPoint& point = from.points[size];
    const std::optional<plot::Point> at = stands(point.time) ? place(size, point, *point.time) : std::nullopt;
    if (at) {
      series.runs.back().push_back(*at);
    } else if (!series.runs.back().empty()) {
      series.runs.emplace_back();
    }
  }
  return series;
}

/// The kernels in order, yours on top.
std::vector<plot::Series> kernel_series(const Bench& bench, const Place& place) {
  std::vector<plot::Series> all;
  for (size_t k = bench.series.size(); k-- > 0;) {
    all.push_back(series_of(bench.series[k], std::min(k, limit_look - 1), bench.series[k].kernel.name, place));
  }
  return all;
}

std::optional<TimeRange> limit_at(const Bench& bench, size_t size) {
  for (const BenchSeries& series : bench.series) {
    if (size < series.points.size() && series.points[size].limit.us > 0) return series.points[size].limit;
  }
  return std::nullopt;
}

/// The least and the most of all points, and of what is known of them.
struct Extent {
  double least = INFINITY, most = 0;
  void add(double value) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
};

/// What a kernel computes at a size, and the device's rate of that.
struct Computing {
  std::string name;  ///< "FLOP", "integer operations"
  std::string unit;  ///< "TFLOP/s"
  double rate = 0;   ///< of the device, per us
  std::function<double(size_t size, const BenchPoint& point)> amount;
};

Computing computing_of(const Bench& bench) {
  const BenchWork& work = bench.work.back();
  if (work.flops > 0) {
    return {"FLOP", "TFLOP/s", bench.rates.flops_per_us,
            [&](size_t size, const BenchPoint&) { return bench.work[size].flops; }};
  }
  if (work.integer_operations > 0) {
    return {"integer operations", "T integer operations/s", bench.rates.integer_operations_per_us,
            [&](size_t size, const BenchPoint&) { return bench.work[size].integer_operations; }};
  }
  // A multiply-add is one instruction and two operations.
  return {"float instructions", "T float instructions/s", bench.rates.flops_per_us / 2,
          [](size_t, const BenchPoint& point) { return point.float_instructions; }};
}

}  // namespace

SizeScale size_scale(const Exercise& exercise, const std::vector<reference::Values>& sizes) {
  SizeScale scale;
  const auto changes = [&](const std::string& name) {
    return std::any_of(sizes.begin(), sizes.end(),
                       [&](const reference::Values& each) { return each.at(name) != sizes[0].at(name); });
  };
  std::vector<std::string> names;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == Role::size) names.push_back(argument.name);
  }
  const auto first = std::find_if(names.begin(), names.end(), changes);
  scale.name = first == names.end() ? names.at(0) : *first;
  std::string equal = scale.name;
  std::vector<std::string> others;
  for (const std::string& name : names) {
    if (name == scale.name) continue;
    const double ratio = sizes[0].at(name) / sizes[0].at(scale.name);
    const bool follows = std::all_of(sizes.begin(), sizes.end(), [&](const reference::Values& each) {
      return each.at(name) == std::floor(ratio * each.at(scale.name) + 0.5);
    });
    if (!changes(name)) {
      others.push_back(fmt::format("{} = {:.0f}", name, sizes[0].at(name)));
    } else if (follows && ratio == 1) {
      equal += " = " + name;
    } else if (follows) {
      others.push_back(fmt::format("{} = {}", name, ratio_in_words(ratio, scale.name)));
    } else {
      scale.enough = false;
      others.push_back(name);
    }
  }
  scale.words = equal + (others.empty() ? "" : fmt::format(", {}", fmt::join(others, ", ")));
  return scale;
}

Throughput throughput_of(const Exercise& exercise) {
  if (!exercise.limit.flops.empty()) return {"TFLOP/s", &BenchWork::flops, 1e6};
  if (!exercise.limit.bytes.empty()) return {"GB/s", &BenchWork::limit_bytes, 1e3};
  return {"G operations/s", &BenchWork::integer_operations, 1e3};
}

bool stands(const std::optional<TimeRange>& time) { return time && std::isfinite(time->most); }

std::string how_in_words(const Bench& bench) {
  return (bench.measured ? "Measured on " : "Predicted for ") + bench.device;
}

plot::Chart throughput_chart(const Exercise& exercise, const Bench& bench) {
  const SizeScale scale = size_scale(exercise, bench.sizes);
  const Throughput throughput = throughput_of(exercise);
  const auto x_of = [&](size_t size) { return bench.sizes[size].at(scale.name); };
  const Place place = [&](size_t size, const BenchPoint&, const TimeRange& time) -> std::optional<plot::Point> {
    const auto of = [&](double us) { return throughput.of(bench.work[size], us); };
    return plot::Point{x_of(size), of(time.us), of(time.most), of(time.least)};
  };
  plot::Series limit{bench.limit, limit_look, true, {{}}};
  Extent x, y;
  for (size_t size = 0; size < bench.sizes.size(); ++size) {
    x.add(x_of(size));
    const std::optional<TimeRange> time = limit_at(bench, size);
    if (!time) continue;
    const double value = throughput.of(bench.work[size], time->us);
    limit.runs[0].push_back({x_of(size), value, value, value});
    y.add(value);
  }
  std::vector<plot::Series> series = kernel_series(bench, place);
  series.insert(series.begin(), std::move(limit));
  for (const plot::Series& each : series) {
    for (const auto& run : each.runs) {
      for (const plot::Point& point : run) y.add(point.y);
    }
  }
  plot::Chart chart{"Throughput against size",
                    bench.measured ? "bands: quartiles" : "bands: how far a prediction may be off",
                    "size " + scale.words,
                    throughput.unit,
                    Axis::exactly(x.least, x.most),
                    Axis(Axis::Kind::linear, 0, y.most),
                    {},
                    {},
                    std::move(series)};
  for (size_t size = 0; size < bench.sizes.size(); ++size) {
    chart.x_ticks.push_back({x_of(size), plot::short_size(x_of(size))});
  }
  chart.y_ticks = chart.y.ticks(5);
  return chart;
}

std::optional<plot::Chart> roofline_chart(const Bench& bench) {
  const Computing computing = computing_of(bench);
  const Place place = [&](size_t size, const BenchPoint& point, const TimeRange& time) -> std::optional<plot::Point> {
    const double amount = computing.amount(size, point);
    if (amount <= 0) return std::nullopt;
    const auto rate = [&](double us) { return amount / us * 1e-6; };
    return plot::Point{amount / bench.work[size].bytes, rate(time.us), rate(time.us), rate(time.us)};
  };
  std::vector<plot::Series> series = kernel_series(bench, place);
  Extent x, y;
  for (const plot::Series& each : series) {
    for (const auto& run : each.runs) {
      for (const plot::Point& point : run) {
        x.add(point.x);
        y.add(point.y);
      }
    }
  }
  if (x.most <= 0 || bench.rates.bytes_per_us <= 0 || computing.rate <= 0) return std::nullopt;
  const double ridge = computing.rate / bench.rates.bytes_per_us;
  x.add(ridge);
  x.least /= 2;
  x.most *= 2;
  y.add(computing.rate * 1e-6);
  const Axis x_axis(Axis::Kind::log, x.least, x.most);
  const auto roof = [&](double intensity) {
    const double value = std::min(computing.rate, intensity * bench.rates.bytes_per_us) * 1e-6;
    return plot::Point{intensity, value, value, value};
  };
  y.add(roof(x_axis.least()).y);
  plot::Chart chart{"Roofline",
                    fmt::format("roof: {:.0f} GB/s of memory, {:.3g} {}", bench.rates.bytes_per_us * 1e-3,
                                computing.rate * 1e-6, computing.unit),
                    fmt::format("{} per byte of the buffers, each moved once", computing.name),
                    computing.unit,
                    x_axis,
                    Axis(Axis::Kind::log, y.least, y.most),
                    {},
                    {},
                    {}};
  chart.series.push_back({"roof", limit_look, false, {{roof(x_axis.least()), roof(ridge), roof(x_axis.most())}}});
  for (plot::Series& each : series) chart.series.push_back(std::move(each));
  chart.x_ticks = chart.x.ticks(6);
  chart.y_ticks = chart.y.ticks(6);
  return chart;
}

std::string bench_svg(const Exercise& exercise, const Bench& bench) {
  constexpr double width = 1000, height = 520, edge = 20, half = (width - 3 * edge) / 2;
  const std::string title = fmt::format("{} {}", exercise.id, exercise.title);
  plot::Svg svg(width, height, fmt::format("{}. {}", title, how_in_words(bench)));
  svg.text(edge, 32, title, "title");
  svg.text(
      edge, 54,
      how_in_words(bench) + (bench.measured ? ": medians" : " from what a virtual GPU counted: no GPU has run this"),
      "note");
  const plot::Chart throughput = throughput_chart(exercise, bench);
  svg.legend(throughput.series, edge, 80, width - 2 * edge);
  const plot::Box left{edge, 110, half, height - 130}, right{2 * edge + half, 110, half, height - 130};
  svg.chart(throughput, left);
  if (const std::optional<plot::Chart> roofline = roofline_chart(bench)) {
    svg.chart(*roofline, right);
  } else {
    svg.text(right.left + right.width / 2, right.top + right.height / 2,
             bench.rates.bytes_per_us > 0 ? "No roofline: nothing was computed that could be set against bytes."
                                          : "No roofline: what the GPU does at most could not be measured.",
             "note", "middle");
  }
  return svg.done();
}

}  // namespace tritutor
