#include "app/report/roofline.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace tritutor {

namespace {

constexpr size_t kernel_look = 0, roof_look = plot::looks - 1;

struct Kernel {
  const Exercise* exercise = nullptr;
  const ReportSpeed* speed = nullptr;
};

/// What was timed on one device, or predicted for it.
struct Group {
  std::string title;
  const DeviceProfile* profile = nullptr;
  std::vector<Kernel> kernels;
};

std::vector<Group> groups_of(const Report& report, const std::vector<DeviceProfile>& profiles) {
  std::vector<Group> groups;
  for (const ReportExercise& exercise : report.exercises) {
    for (const ReportSpeed& speed : exercise.passed_speeds) {
      const DeviceProfile* profile = find_profile(profiles, speed.profile);
      if (speed.operations <= 0 || speed.bytes <= 0 || profile == nullptr) continue;
      const std::string title =
          fmt::format("Roofline: {} {}", speed.measured ? "measured on" : "predicted for", speed.device);
      auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& each) { return each.title == title; });
      if (group == groups.end()) group = groups.insert(groups.end(), {title, profile, {}});
      group->kernels.push_back({exercise.exercise, &speed});
    }
  }
  return groups;
}

plot::Chart chart_of(const Group& group) {
  const double bytes_per_us = group.profile->dram_gbytes_per_s * 1e3;
  const double flops_per_us = group.profile->fp32_tflops() * 1e6;
  const double ridge = flops_per_us / bytes_per_us;
  plot::Series kernels{"passed kernels", kernel_look, true, {}};
  double x_least = ridge, x_most = ridge, y_least = flops_per_us * 1e-6, y_most = y_least;
  for (const Kernel& each : group.kernels) {
    const double x = each.speed->operations / each.speed->bytes;
    const double y = each.speed->operations / each.speed->time_us * 1e-6;
    kernels.runs.push_back({{x, y, y, y, each.exercise->id}});
    x_least = std::min(x_least, x);
    x_most = std::max(x_most, x);
    y_least = std::min(y_least, y);
    y_most = std::max(y_most, y);
  }
  const plot::Axis x_axis(plot::Axis::Kind::log, x_least / 2, x_most * 2);
  const auto roof = [&](double intensity) {
    const double value = std::min(flops_per_us, intensity * bytes_per_us) * 1e-6;
    return plot::Point{intensity, value, value, value};
  };
  y_least = std::min(y_least, roof(x_axis.least()).y);
  plot::Chart chart{
      group.title,
      fmt::format("roof: {:.0f} GB/s of memory, {:.3g} TFLOP/s", bytes_per_us * 1e-3, flops_per_us * 1e-6),
      "operations per byte that has to be moved",
      "T operations/s",
      x_axis,
      plot::Axis(plot::Axis::Kind::log, y_least, y_most),
      {},
      {},
      {}};
  chart.series.push_back({"roof", roof_look, false, {{roof(x_axis.least()), roof(ridge), roof(x_axis.most())}}});
  chart.series.push_back(std::move(kernels));
  chart.x_ticks = chart.x.ticks(6);
  chart.y_ticks = chart.y.ticks(6);
  return chart;
}

}  // namespace

std::vector<plot::Chart> rooflines(const Report& report, const std::vector<DeviceProfile>& profiles) {
  std::vector<plot::Chart> charts;
  for (const Group& group : groups_of(report, profiles)) charts.push_back(chart_of(group));
  return charts;
}

}  // namespace tritutor
