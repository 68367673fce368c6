#include "app/bench_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/bench_chart.h"
#include "app/home.h"
#include "app/plot/terminal_chart.h"
#include "app/printable.h"
#include "app/speed_view.h"

namespace tritutor {

namespace {

using nlohmann::json;

constexpr int time_width = 8, percent_width = 5, least_rate_width = 9;
constexpr int widest_plot = 100, plot_rows = 12;

/// Three digits, however large.
std::string three_digits(double value) {
  return value >= 999.5 ? fmt::format("{:.0f}", std::round(value / 10) * 10) : fmt::format("{:.3g}", value);
}

class View {
 public:
  View(const Exercise& exercise, const Bench& bench, const BenchViewOptions& options)
      : exercise_(exercise),
        bench_(bench),
        options_(options),
        scale_(size_scale(exercise, bench.sizes)),
        throughput_(throughput_of(exercise)) {}

  std::string text() {
    out_ += options_.style.bold(fit(exercise_.id + " " + exercise_.title, static_cast<size_t>(options_.width))) + "\n";
    out_ += wrap(how(), options_.width);
    out_ += wrap("Sizes: " + scale_.words, options_.width) + "\n";
    if (!wide_table()) narrow_table();
    out_ += "\n";
    plot();
    notes();
    return std::move(out_);
  }

 private:
  std::string how() const { return how_in_words(bench_) + (bench_.measured ? "" : "; no GPU has run this"); }

  std::string size_in_words(size_t size) const {
    const reference::Values& sizes = bench_.sizes[size];
    if (scale_.enough) return fmt::format("{:.0f}", sizes.at(scale_.name));
    std::vector<std::string> all;
    for (const Argument& argument : exercise_.arguments) {
      if (argument.role == Role::size) all.push_back(fmt::format("{}={:.0f}", argument.name, sizes.at(argument.name)));
    }
    return fmt::format("{}", fmt::join(all, " "));
  }

  std::string limit_in_words() const {
    if (exercise_.limit.kind != "max") return "%: of the speed of " + bench_.limit;
    return "%: of the limit's speed, a copy or the arithmetic, whichever takes longer";
  }

  int size_width() const {
    size_t wide = scale_.enough ? scale_.name.size() : 4;
    for (size_t size = 0; size < bench_.sizes.size(); ++size) wide = std::max(wide, size_in_words(size).size());
    return static_cast<int>(wide);
  }

  std::string rate(size_t size, double us) const {
    return fmt::format("{} {}", three_digits(throughput_.of(bench_.work[size], us)), throughput_.unit);
  }

  int rate_width() const {
    size_t wide = least_rate_width;
    for (const BenchSeries& series : bench_.series) {
      for (size_t size = 0; size < series.points.size(); ++size) {
        const BenchPoint& point = series.points[size];
        if (point.limit.us > 0) wide = std::max(wide, rate(size, point.limit.us).size());
        if (point.time) wide = std::max(wide, rate(size, point.time->us).size());
      }
    }
    return static_cast<int>(wide);
  }

  /// The time, "wrong", or "-".
  static std::string time_of(const BenchPoint& point) {
    if (point.time) return (stands(point.time) ? "" : ">") + time_in_words(point.time->us);
    return point.problem.empty() ? "-" : "wrong";
  }

  /// A cell, coloured only after it has its width.
  std::string cell(const BenchPoint& point) const {
    const std::string text = fmt::format("{:>{}}", time_of(point), time_width);
    return point.problem.empty() ? text : options_.style.red(text);
  }

  static std::string percent(const BenchPoint& point) {
    return stands(point.time) ? fmt::format("{:.0f} %", 100 * point.limit.us / point.time->us) : "";
  }

  /// A row for each size, a column for each kernel. False where it does not fit the width.
  bool wide_table() {
    const int kernel_width = time_width + 1 + percent_width, first = size_width(), rates = rate_width();
    const auto shown = std::count_if(bench_.series.begin(), bench_.series.end(),
                                     [](const BenchSeries& series) { return !series.points.empty(); });
    const int limit_width = time_width + 1 + rates;
    if (first + static_cast<int>(shown) * (2 + kernel_width) + 2 + limit_width > options_.width) return false;
    std::string head = fmt::format("{:>{}}", scale_.enough ? scale_.name : "size", first);
    for (const BenchSeries& series : bench_.series) {
      if (!series.points.empty()) head += fmt::format("  {:>{}}", series.kernel.name, kernel_width);
    }
    head += fmt::format("  {:>{}}", fit(bench_.limit, static_cast<size_t>(limit_width)), limit_width);
    out_ += options_.style.bold(head) + "\n";
    for (size_t size = 0; size < bench_.sizes.size(); ++size) {
      std::string row = fmt::format("{:>{}}", size_in_words(size), first);
      std::string limit;
      for (const BenchSeries& series : bench_.series) {
        if (series.points.empty()) continue;
        const BenchPoint& point = series.points[size];
        row += fmt::format("  {} {:>{}}", cell(point), percent(point), percent_width);
        if (limit.empty() && point.limit.us > 0) {
          limit = fmt::format("{:>{}} {:>{}}", time_in_words(point.limit.us), time_width, rate(size, point.limit.us),
                              rates);
        }
      }
      row += "  " + limit;
      out_ += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
    }
    out_ += options_.style.dim(wrap(limit_in_words(), options_.width));
    return true;
  }

  /// A part for each kernel, a row for each size.
  void narrow_table() {
    const int first = size_width(), rates = rate_width();
    bool next = false;
    for (const BenchSeries& series : bench_.series) {
      if (series.points.empty()) continue;
      if (next) out_ += "\n";
      next = true;
      out_ += options_.style.bold(fit(fmt::format("{}, against {}", series.kernel.name, bench_.limit),
                                      static_cast<size_t>(options_.width))) +
              "\n";
      for (size_t size = 0; size < bench_.sizes.size(); ++size) {
        const BenchPoint& point = series.points[size];
        const std::string name = size_in_words(size);
        // Sizes too many for a line have one of their own.
        const bool own_line = first + time_width + percent_width + rates + 4 > options_.width;
        out_ += own_line ? wrap(name, options_.width) + "  " : fmt::format("{:>{}}  ", name, first);
        out_ += cell(point) + fmt::format(" {:>{}}", percent(point), percent_width);
        if (stands(point.time)) out_ += fmt::format(" {:>{}}", rate(size, point.time->us), rates);
        out_.erase(out_.find_last_not_of(' ') + 1);
        out_ += "\n";
      }
    }
  }

  void plot() {
    const plot::Chart chart = throughput_chart(exercise_, bench_);
    const bool something = std::any_of(chart.series.begin(), chart.series.end(),
                                       [](const plot::Series& series) { return !series.empty(); });
    if (!something || bench_.sizes.size() < 2) return;
    plot::TerminalChartOptions options;
    options.style = options_.style;
    options.width = std::min(options_.width, widest_plot);
    options.rows = plot_rows;
    options.utf8 = options_.utf8;
    out_ += plot::terminal_chart(chart, options) + "\n";
  }

  void paragraph(const std::string& text) { out_ += wrap(text, options_.width); }

  void notes() {
    double slower = 1, faster = 1;
    bool least = false;
    for (const BenchSeries& series : bench_.series) {
      if (series.refusal) {
        paragraph(fmt::format("{} could not be built: {}", series.kernel.name, series.refusal->message));
      }
      size_t wrong = 0;
      const BenchPoint* first = nullptr;
      size_t first_size = 0;
      std::string note;
      for (size_t size = 0; size < series.points.size(); ++size) {
        const BenchPoint& point = series.points[size];
        if (!point.problem.empty() && wrong++ == 0) {
          first = &point;
          first_size = size;
        }
        if (note.empty()) note = point.note;
        if (!point.time) continue;
        least = least || !stands(point.time);
        if (stands(point.time)) slower = std::max(slower, point.time->most / point.time->us);
        faster = std::max(faster, point.time->us / point.time->least);
      }
      if (first != nullptr) {
        paragraph(fmt::format("{} wrong at {} of {} sizes, first at {}: {}", series.kernel.name + " is", wrong,
                              series.points.size(), sizes_in_words(exercise_, bench_.sizes[first_size]),
                              printable_line(why_wrong(*first))));
      }
      if (!note.empty()) paragraph(fmt::format("{}: {}", series.kernel.name, note));
    }
    if (!bench_.measured) {
      if (least) paragraph("\">\": at least so long; its blocks are too long to be run to their end here.");
      paragraph(
          fmt::format("Predicted from what a virtual GPU counted. A device may be up to {:.3g} times slower, or {:.3g} "
                      "times faster.",
                      slower, faster));
    }
    paragraph("Only times; to have it judged: " + options_.judge);
  }

  const Exercise& exercise_;
  const Bench& bench_;
  const BenchViewOptions& options_;
  const SizeScale scale_;
  const Throughput throughput_;
  std::string out_;
};

/// JSON has no infinity.
json number_or_null(double value) { return std::isfinite(value) ? json(value) : json(); }

json to_json(const TimeRange& time) {
  return {{"us", time.us}, {"least_us", time.least}, {"most_us", number_or_null(time.most)}};
}

}  // namespace

std::string why_wrong(const BenchPoint& point) {
  if (!point.findings.empty()) {
    const vgpu::Finding& finding = point.findings[0];
    const std::string place = finding.line > 0 ? fmt::format("{}:{}: ", shown(finding.file), finding.line) : "";
    return place + finding.message;
  }
  if (point.mismatch) {
    const Mismatch& m = *point.mismatch;
    const std::string index = m.index.empty() ? "" : fmt::format("[{}]", fmt::join(m.index, "]["));
    return fmt::format("{}{} is {:.9g}, and {:.9g} is right; {}", m.output, index, m.got, m.want, m.pattern_text);
  }
  return point.problem;
}

json to_json(const BenchPoint& point) {
  json out = {{"right", point.problem.empty()}};
  if (point.limit.us > 0) out["limit"] = to_json(point.limit);
  if (point.time) {
    out["time"] = to_json(*point.time);
    out["fraction"] = point.limit.us / point.time->us;
    out["fraction_least"] = point.fraction.least;
    out["fraction_most"] = point.fraction.most;
  }
  if (point.float_instructions > 0) out["float_instructions"] = point.float_instructions;
  if (!point.problem.empty()) out["problem"] = point.problem;
  if (!point.findings.empty()) {
    const vgpu::Finding& finding = point.findings[0];
    out["finding"] = {{"kind", vgpu::name_of(finding.kind)},
                      {"file", finding.file},
                      {"line", finding.line},
                      {"message", finding.message}};
  }
  if (point.mismatch) out["mismatch"] = {{"output", point.mismatch->output}, {"pattern", point.mismatch->pattern}};
  if (!point.note.empty()) out["note"] = point.note;
  return out;
}

std::string view_bench(const Exercise& exercise, const Bench& bench, const BenchViewOptions& options) {
  return View(exercise, bench, options).text();
}

json to_json(const Exercise& exercise, const Bench& bench) {
  json sizes = json::array();
  for (size_t i = 0; i < bench.sizes.size(); ++i) {
    json one = {{"bytes", bench.work[i].bytes}, {"sizes", json::object()}};
    for (const auto& [name, value] : bench.sizes[i]) one["sizes"][name] = static_cast<int64_t>(value);
    if (bench.work[i].limit_bytes > 0) one["limit_bytes"] = bench.work[i].limit_bytes;
    if (bench.work[i].flops > 0) one["flops"] = bench.work[i].flops;
    if (bench.work[i].integer_operations > 0) one["integer_operations"] = bench.work[i].integer_operations;
    sizes.push_back(std::move(one));
  }
  json kernels = json::array();
  for (const BenchSeries& series : bench.series) {
    json one = {{"name", series.kernel.name}, {"file", series.kernel.file.string()}, {"points", json::array()}};
    for (const BenchPoint& point : series.points) one["points"].push_back(to_json(point));
    if (series.refusal) one["error"] = series.refusal->message;
    kernels.push_back(std::move(one));
  }
  return {{"format", 1},
          {"exercise", exercise.id},
          {"slug", exercise.slug},
          {"kind", bench.measured ? "measured" : "predicted"},
          {"device", bench.device},
          {"toolchain", bench.toolchain},
          {"limit", bench.limit},
          {"rates",
           {{"gbytes_per_s", bench.rates.bytes_per_us * 1e-3},
            {"gflops_per_s", bench.rates.flops_per_us * 1e-3},
            {"integer_gops_per_s", bench.rates.integer_operations_per_us * 1e-3}}},
          {"sizes", sizes},
          {"kernels", kernels}};
}

}  // namespace tritutor
