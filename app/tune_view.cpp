#include "app/tune_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/bench_chart.h"
#include "app/bench_view.h"
#include "app/home.h"
#include "app/plot/terminal_chart.h"
#include "app/printable.h"
#include "app/speed_view.h"
#include "app/tune_chart.h"
#include "grader/judge/why_faster.h"
#include "grader/tune.h"

namespace tritutor {

namespace {

using nlohmann::json;

constexpr int time_width = 9, percent_width = 7, least_name_width = 13;
constexpr int widest_plot = 100, plot_rows = 12;
/// Times that are nearer to each other than this are one and the same.
constexpr double same_time = 1.005;

/// The part of a device without what the words have in brackets.
std::string short_limiter(const std::string& part) {
  const std::string words = limiter_in_words(part);
  return words.substr(0, words.find(" ("));
}

/// "3 % longer than", "2.1 times as long as".
std::string longer_in_words(double ratio) {
  if (ratio < 1.5) return fmt::format("{:.2g} % longer than", 100 * (ratio - 1));
  return fmt::format("{:.1f} times as long as", ratio);
}

std::string why_in_words(const Bench& bench, const BenchPoint& fast, const BenchPoint& slow) {
  const WhyFaster why = bench.profile != nullptr ? why_faster(fast.steps, slow.steps, *bench.profile) : WhyFaster{};
  if (why.part.empty()) return "what was counted does not tell why";
  if (why.part == "grid") return why.fact;
  std::string text = fmt::format("it is held back by {}", short_limiter(why.part));
  // What the model thinks is no measurement.
  if (!bench.measured) {
    text = fmt::format("{} takes {} of it, not {}", short_limiter(why.part), time_in_words(why.slower_us),
                       time_in_words(why.faster_us));
  }
  return why.fact.empty() ? text : fmt::format("{} ({})", text, why.fact);
}

const std::string& name_of(const Bench& bench, size_t series) { return bench.series[series].kernel.name; }
const BenchPoint& last_point(const Bench& bench, size_t series) { return bench.series[series].points.back(); }

/// The first point of a series that is wrong; nullptr: none is.
const BenchPoint* wrong_point(const BenchSeries& series) {
  const auto wrong =
      std::find_if(series.points.begin(), series.points.end(), [](const auto& each) { return !each.problem.empty(); });
  return wrong == series.points.end() ? nullptr : &*wrong;
}

/// What a compiler says of a configuration, in a line.
std::string refusal_in_words(const Refusal& refusal) {
  if (refusal.diagnostics.empty() || refusal.kind == "plan") return refusal.message;
  const Diagnostic& first = refusal.diagnostics[0];
  return fmt::format("{}: line {}: {}", refusal.message, first.line, first.message);
}

class View {
 public:
  View(const Exercise& exercise, const Bench& bench, const TuneViewOptions& options)
      : exercise_(exercise), bench_(bench), options_(options), order_(by_time(bench)) {}

  std::string text() {
    const std::string title =
        fmt::format("{} {}: {} configurations", exercise_.id, exercise_.title, bench_.series.size());
    out_ += options_.style.bold(fit(title, static_cast<size_t>(options_.width))) + "\n";
    paragraph(fmt::format("{} at {}{}", how_in_words(bench_), sizes_in_words(exercise_, bench_.sizes.back()),
                          bench_.measured ? "" : "; no GPU has run this"));
    out_ += "\n";
    table();
    out_ += "\n";
    plot();
    for (const std::string& each : why_this_order(bench_)) paragraph(each);
    fastest_at_each_size();
    left_out();
    notes();
    return std::move(out_);
  }

 private:
  void paragraph(const std::string& text) { out_ += wrap(text, options_.width); }

  void row(const std::string& text) {
    out_ += fit(text.substr(0, text.find_last_not_of(' ') + 1), static_cast<size_t>(options_.width)) + "\n";
  }

  int name_width() const {
    size_t wide = least_name_width;
    for (const BenchSeries& series : bench_.series) wide = std::max(wide, columns_of(series.kernel.name));
    return std::min(static_cast<int>(wide), std::max(least_name_width, options_.width - time_width - percent_width));
  }

  void table() {
    const int wide = name_width();
    const auto name = [&](const std::string& text) {
      return pad(fit(text, static_cast<size_t>(wide)), static_cast<size_t>(wide));
    };
    const std::string head =
        fmt::format("{}{:>{}}{:>{}}  held back by", name("configuration"), "time", time_width, "limit", percent_width);
    out_ += options_.style.bold(fit(head, static_cast<size_t>(options_.width))) + "\n";
    for (const size_t each : order_) {
      const BenchPoint& point = last_point(bench_, each);
      const bool known = stands(point.time);
      row(fmt::format("{}{:>{}}{:>{}}  {}", name(name_of(bench_, each)),
                      (known ? "" : ">") + time_in_words(point.time->us), time_width,
                      percent_in_words(point.limit.us / point.time->us), percent_width, short_limiter(point.limiter)));
    }
    for (size_t i = 0; i < bench_.series.size(); ++i) {
      if (std::find(order_.begin(), order_.end(), i) != order_.end()) continue;
      const BenchSeries& series = bench_.series[i];
      const bool wrong = wrong_point(series) != nullptr;
      const std::string said = series.refusal ? "refused" : wrong ? "wrong" : "-";
      const std::string cell = fmt::format("{:>{}}", said, time_width);
      out_ += name(series.kernel.name) + (said == "-" ? cell : options_.style.red(cell)) + "\n";
    }
    out_ += options_.style.dim(wrap("limit: of the speed of " + bench_.limit, options_.width));
  }

  void plot() {
    if (order_.empty()) return;
    if (bench_.sizes.size() == 1) {
      out_ += tune_bars(bench_, options_.width, options_.utf8) + "\n";
      return;
    }
    plot::TerminalChartOptions options;
    options.style = options_.style;
    options.width = std::min(options_.width, widest_plot);
    options.rows = plot_rows;
    options.utf8 = options_.utf8;
    out_ += plot::terminal_chart(throughput_chart(exercise_, fastest_of(bench_)), options) + "\n";
  }

  void fastest_at_each_size() {
    if (bench_.sizes.size() == 1 || order_.empty()) return;
    std::string text = "Fastest at each size:\n";
    for (size_t size = 0; size < bench_.sizes.size(); ++size) {
      const size_t best = *std::min_element(order_.begin(), order_.end(), [&](size_t a, size_t b) {
        const auto us = [&](size_t of) {
          const auto& time = bench_.series[of].points[size].time;
          return time ? time->us : INFINITY;
        };
        return us(a) < us(b);
      });
      const auto& time = bench_.series[best].points[size].time;
      if (!time) continue;
      text += fmt::format("- {}: {}, {}\n", sizes_in_words(exercise_, bench_.sizes[size]), name_of(bench_, best),
                          time_in_words(time->us));
    }
    paragraph(text);
  }

  void left_out() {
    for (const BenchSeries& series : bench_.series) {
      if (series.refusal) {
        paragraph(
            fmt::format("{} is refused: {}", series.kernel.name, printable_line(refusal_in_words(*series.refusal))));
      } else if (const BenchPoint* point = wrong_point(series)) {
        const bool placed = !point->findings.empty() || point->mismatch;
        paragraph(fmt::format("{} is wrong{}: {}", series.kernel.name, placed ? " " + point->problem : "",
                              printable_line(why_wrong(*point))));
      } else if (!series.points.back().note.empty()) {
        paragraph(fmt::format("{}: {}", series.kernel.name, series.points.back().note));
      }
    }
  }

  void notes() {
    double slower = 1, faster = 1;
    for (const size_t each : order_) {
      const TimeRange& time = *last_point(bench_, each).time;
      if (std::isfinite(time.most)) slower = std::max(slower, time.most / time.us);
      faster = std::max(faster, time.us / time.least);
    }
    if (!bench_.measured && order_.size() > 1) {
      paragraph(
          fmt::format("Predicted from what a virtual GPU counted: a device may be up to {:.3g} times slower, or {:.3g} "
                      "times faster, and times near to each other may come in another order there.",
                      slower, faster));
    }
    if (!order_.empty()) paragraph(options_.next);
  }

  const Exercise& exercise_;
  const Bench& bench_;
  const TuneViewOptions& options_;
  const std::vector<size_t> order_;
  std::string out_;
};

}  // namespace

std::vector<std::string> why_this_order(const Bench& bench) {
  const std::vector<size_t> order = by_time(bench);
  std::vector<std::string> sentences;
  if (order.size() < 2) return sentences;
  const BenchPoint& best = last_point(bench, order[0]);
  const auto compare = [&](size_t other, const std::string& which) {
    const BenchPoint& slow = last_point(bench, other);
    const double ratio = slow.time->us / best.time->us;
    if (ratio < same_time) {
      return fmt::format("{} {}, takes as long as {}", which, name_of(bench, other), name_of(bench, order[0]));
    }
    return fmt::format("{} {}, takes {} {}: {}", which, name_of(bench, other), longer_in_words(ratio),
                       name_of(bench, order[0]), why_in_words(bench, best, slow));
  };
  sentences.push_back(compare(order[1], "The second,") + ".");
  if (order.size() > 2) sentences.push_back(compare(order.back(), "The slowest,") + ".");
  return sentences;
}

std::string view_tune(const Exercise& exercise, const Bench& bench, const TuneViewOptions& options) {
  return View(exercise, bench, options).text();
}

json tune_json(const Exercise& exercise, const Bench& bench) {
  json out = to_json(exercise, bench);
  out.erase("kernels");
  std::vector<size_t> order = by_time(bench);
  if (!order.empty()) out["fastest"] = name_of(bench, order[0]);
  for (size_t i = 0; i < bench.series.size(); ++i) {
    if (std::find(order.begin(), order.end(), i) == order.end()) order.push_back(i);
  }
  out["configurations"] = json::array();
  for (const size_t each : order) {
    const BenchSeries& series = bench.series[each];
    json one = {
        {"name", series.kernel.name}, {"chosen", series.kernel.configuration.chosen}, {"points", json::array()}};
    for (const BenchPoint& point : series.points) {
      one["points"].push_back(to_json(point));
      if (!point.limiter.empty()) one["points"].back()["limiter"] = point.limiter;
    }
    if (series.refusal) one["error"] = refusal_in_words(*series.refusal);
    out["configurations"].push_back(std::move(one));
  }
  out["why"] = why_this_order(bench);
  return out;
}

}  // namespace tritutor
