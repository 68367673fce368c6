#include "app/tune_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/bench_chart.h"
#include "app/plot/svg.h"
#include "app/speed_view.h"
#include "app/terminal.h"
#include "grader/tune.h"

namespace tritutor {
namespace {

constexpr size_t most_lines = 3;
constexpr size_t most_bars = 16;
constexpr int widest = 100, time_width = 9;
/// Of the page: names take no more of it.
constexpr int name_part = 2;
constexpr size_t kernel_look = 0, limit_look = plot::looks - 1;

struct Bar {
  std::string name;
  double us = 0;
  bool least = false;  ///< it takes so long at least
  size_t look = kernel_look;
};

/// The fastest ones, and what they are held against.
std::vector<Bar> bars_of(const Bench& bench) {
  std::vector<Bar> bars;
  const std::vector<size_t> order = by_time(bench);
  for (size_t i = 0; i < std::min(order.size(), most_bars); ++i) {
    const BenchSeries& series = bench.series[order[i]];
    const auto& time = series.points.back().time;
    bars.push_back({series.kernel.name, time->us, !stands(time), kernel_look});
  }
  if (!bars.empty()) {
    const TimeRange& limit = bench.series[order[0]].points.back().limit;
    if (limit.us > 0) bars.push_back({bench.limit, limit.us, false, limit_look});
  }
  return bars;
}

std::string time_of(const Bar& bar) { return (bar.least ? ">" : "") + time_in_words(bar.us); }

double longest_of(const std::vector<Bar>& bars) {
  double most = 0;
  for (const Bar& bar : bars) most = std::max(most, bar.us);
  return most;
}

std::string bars_svg(const Exercise& exercise, const Bench& bench) {
  constexpr double width = 800, edge = 20, top = 80, row = 24, thick = 16;
  const std::vector<Bar> bars = bars_of(bench);
  const std::string title = fmt::format("{} {}: configurations", exercise.id, exercise.title);
  const std::string how = fmt::format("{} at {}", how_in_words(bench), sizes_in_words(exercise, bench.sizes.back()));
  plot::Svg svg(width, top + row * static_cast<double>(bars.size()) + edge, fmt::format("{}. {}", title, how));
  svg.text(edge, 32, title, "title");
  svg.text(edge, 54, how + (bench.measured ? ": medians" : " from what a virtual GPU counted: no GPU has run this"),
           "note");
  double names = 0;
  for (const Bar& bar : bars) names = std::max(names, plot::text_width(bar.name, 12));
  const double left = edge + std::min(names, width / name_part) + 8, right = width - edge - 70;
  const double most = longest_of(bars);
  for (size_t i = 0; i < bars.size(); ++i) {
    const double y = top + row * static_cast<double>(i);
    const double end = left + std::max(1.0, (right - left) * bars[i].us / most);
    svg.text(left - 8, y + 12, bars[i].name, "label", "end");
    svg.polygon({{left, y}, {end, y}, {end, y + thick}, {left, y + thick}}, fmt::format("s{}", bars[i].look));
    svg.text(end + 6, y + 12, time_of(bars[i]), "label");
  }
  return svg.done();
}

}  // namespace

Bench fastest_of(const Bench& bench) {
  Bench few = bench;
  few.series.clear();
  const std::vector<size_t> order = by_time(bench);
  for (size_t i = 0; i < std::min(order.size(), most_lines); ++i) few.series.push_back(bench.series[order[i]]);
  return few;
}

std::string tune_bars(const Bench& bench, int width, bool utf8) {
  const std::vector<Bar> bars = bars_of(bench);
  const int wide = std::min(width, widest);
  size_t names = 0;
  for (const Bar& bar : bars) names = std::max(names, columns_of(bar.name));
  names = std::min(names, static_cast<size_t>(wide / name_part));
  const int room = std::max(8, wide - static_cast<int>(names) - time_width - 2);
  const double most = longest_of(bars);
  std::string out;
  for (const Bar& bar : bars) {
    const int length = std::max(1, static_cast<int>(std::lround(room * bar.us / most)));
    std::string drawn;
    const bool limit = bar.look == limit_look;
    for (int i = 0; i < length; ++i) drawn += utf8 ? (limit ? "░" : "█") : (limit ? "-" : "#");
    out += pad(fit(bar.name, names), names) + " " + drawn + " " + time_of(bar) + "\n";
  }
  return out;
}

std::string tune_svg(const Exercise& exercise, const Bench& bench) {
  return bench.sizes.size() == 1 ? bars_svg(exercise, bench) : bench_svg(exercise, fastest_of(bench));
}

}  // namespace tritutor
