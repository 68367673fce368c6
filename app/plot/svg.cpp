#include "app/plot/svg.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/terminal.h"

namespace tritutor::plot {
namespace {

constexpr double label_size = 12;
constexpr double left_margin = 66, right_margin = 14, top_margin = 48, bottom_margin = 46;

// The colours are told apart with any colour vision (Okabe and Ito), lighter on dark ground.
constexpr std::string_view style_sheet = R"(<style>
svg { font-family: system-ui, "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif; --ground: #ffffff; --text: #1f2328;
  --faint: #59636e; --grid: #d9dee3; --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #6e7781; }
@media (prefers-color-scheme: dark) { svg { --ground: #0d1117; --text: #e6edf3; --faint: #9198a1; --grid: #30363d;
  --c0: #56b4e9; --c1: #f0a04b; --c2: #3fcf9f; --c3: #9aa4af; } }
text { fill: #1f2328; fill: var(--text); font-size: 12px }
.ground { fill: #ffffff; fill: var(--ground) }
.title { font-size: 18px; font-weight: 600 }
.heading { font-size: 14px; font-weight: 600 }
.note { fill: #59636e; fill: var(--faint) }
.grid { stroke: #d9dee3; stroke: var(--grid); stroke-width: 1 }
.axis { stroke: #59636e; stroke: var(--faint); stroke-width: 1 }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round }
.bound { stroke-width: 1.5; stroke-dasharray: 6 4 }
.band { stroke: none; fill-opacity: 0.12 }
)";
constexpr std::string_view light[looks] = {"#0072b2", "#d55e00", "#009e73", "#6e7781"};

std::string points_of(const std::vector<std::pair<double, double>>& points) {
  std::string text;
  for (const auto& [x, y] : points) text += fmt::format("{}{:.1f},{:.1f}", text.empty() ? "" : " ", x, y);
  return text;
}

/// Finds places for the names of marks, none over another.
class Labels {
 public:
  /// The part of the chart that they may lie in.
  Labels(double left, double right, double top) : left_(left), right_(right), top_(top) {}

  /// Where the text for a mark begins: beside it, else above or below, farther and farther away.
  std::pair<double, double> place(double x, double y, double width) {
    const double start = x + 8 + width > right_ ? x - 8 - width : x + 8;
    Box box{start, y - 8, width, label_size};
    for (int step = 0; step < 24 && !is_free(box); ++step) {
      const double away = label_size * (step / 2 + 1);
      box.top = y - 8 + (step % 2 == 0 ? -away : away);
    }
    taken_.push_back(box);
    return {box.left, box.top + label_size};
  }

 private:
  bool is_free(const Box& box) const {
    return box.left >= left_ && box.top >= top_ && std::none_of(taken_.begin(), taken_.end(), [&](const Box& other) {
             return box.left < other.left + other.width && other.left < box.left + box.width &&
                    box.top < other.top + other.height && other.top < box.top + box.height;
           });
  }

  double left_, right_, top_;
  std::vector<Box> taken_;
};

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;  // no XML has them
    }
  }
  return out;
}

double text_width(std::string_view text, double size) { return 0.58 * size * static_cast<double>(columns_of(text)); }

Svg::Svg(double width, double height, std::string_view title) {
  out_ = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "role=\"img\">\n<title>{2}</title>\n{3}",
      width, height, escaped(title), style_sheet);
  for (size_t look = 0; look < looks; ++look) {
    out_ +=
        fmt::format("polyline.s{0} {{ stroke: {1}; stroke: var(--c{0}) }}\n.s{0} {{ fill: {1}; fill: var(--c{0}) }}\n",
                    look, light[look]);
  }
  out_ += "polyline.s0, polyline.s1, polyline.s2, polyline.s3 { fill: none }\n</style>\n";
  out_ += fmt::format("<rect class=\"ground\" width=\"{:.0f}\" height=\"{:.0f}\"/>\n", width, height);
}

void Svg::text(double x, double y, std::string_view text, std::string_view looks_like, std::string_view anchor,
               double turned) {
  const std::string turn = turned == 0 ? "" : fmt::format(" transform=\"rotate({:.0f} {:.1f} {:.1f})\"", turned, x, y);
  out_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, looks_like,
                      anchor, turn, escaped(text));
}

void Svg::line(double x0, double y0, double x1, double y1, std::string_view looks_like) {
  out_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", x0, y0, x1, y1,
                      looks_like);
}

void Svg::polyline(const std::vector<std::pair<double, double>>& points, std::string_view looks_like) {
  out_ += fmt::format("<polyline points=\"{}\" class=\"{}\"/>\n", points_of(points), looks_like);
}

void Svg::polygon(const std::vector<std::pair<double, double>>& points, std::string_view looks_like) {
  out_ += fmt::format("<polygon points=\"{}\" class=\"{}\"/>\n", points_of(points), looks_like);
}

void Svg::mark(double x, double y, size_t look) {
  const std::string name = fmt::format("s{}", look);
  // What lies below is larger, so that marks at one place are all seen.
  switch (look) {
    case 0:
      out_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\" class=\"{}\"/>\n", x, y, name);
      break;
    case 1:
      polygon({{x, y - 6.5}, {x + 6.5, y}, {x, y + 6.5}, {x - 6.5, y}}, name);
      break;
    case 2:
      polygon({{x, y - 8}, {x + 8, y + 6}, {x - 8, y + 6}}, name);
      break;
    default:
      polygon({{x - 3, y - 3}, {x + 3, y - 3}, {x + 3, y + 3}, {x - 3, y + 3}}, name);
  }
}

void Svg::chart(const Chart& chart, const Box& box) {
  const double left = box.left + left_margin, right = box.left + box.width - right_margin;
  const double top = box.top + top_margin, bottom = box.top + box.height - bottom_margin;
  const auto x_of = [&](double value) { return left + chart.x.at(value) * (right - left); };
  const auto y_of = [&](double value) { return bottom - chart.y.at(value) * (bottom - top); };
  text(left, box.top + 14, chart.title, "heading");
  text(left, box.top + 34, chart.note, "note");
  for (const Tick& tick : chart.y_ticks) {
    line(left, y_of(tick.value), right, y_of(tick.value), "grid");
    text(left - 8, y_of(tick.value) + 4, tick.label, "label", "end");
  }
  double free_from = box.left;
  for (const Tick& tick : chart.x_ticks) {
    const double x = x_of(tick.value), wide = text_width(tick.label, label_size);
    line(x, top, x, bottom, "grid");
    const double start = std::min(x - wide / 2, box.left + box.width - wide);
    if (start < free_from) continue;
    text(start + wide / 2, bottom + 18, tick.label, "label", "middle");
    free_from = start + wide + 6;
  }
  line(left, bottom, right, bottom, "axis");
  line(left, top, left, bottom, "axis");
  text((left + right) / 2, bottom + 38, chart.x_title, "label", "middle");
  text(box.left + 14, (top + bottom) / 2, chart.y_title, "label", "middle", -90);
  for (const Series& series : chart.series) {
    for (const auto& run : series.runs) {
      std::vector<std::pair<double, double>> way, band;
      for (const Point& point : run) {
        way.emplace_back(x_of(point.x), y_of(point.y));
        band.emplace_back(x_of(point.x), y_of(point.most));
      }
      for (auto point = run.rbegin(); point != run.rend(); ++point) {
        band.emplace_back(x_of(point->x), y_of(point->least));
      }
      const bool spread =
          std::any_of(run.begin(), run.end(), [](const Point& point) { return point.least < point.most; });
      if (series.marked && spread && run.size() > 1) polygon(band, fmt::format("band s{}", series.look));
      if (way.size() > 1) polyline(way, fmt::format("s{}{}", series.look, series.look == looks - 1 ? " bound" : ""));
    }
  }
  for (const Series& series : chart.series) {
    if (!series.marked) continue;
    for (const auto& run : series.runs) {
      for (const Point& point : run) mark(x_of(point.x), y_of(point.y), series.look);
    }
  }
  Labels labels(left, right, top);
  for (const Series& series : chart.series) {
    for (const auto& run : series.runs) {
      for (const Point& point : run) {
        if (point.label.empty()) continue;
        const auto [x, y] = labels.place(x_of(point.x), y_of(point.y), text_width(point.label, label_size));
        text(x, y, point.label, "label");
      }
    }
  }
}

void Svg::legend(const std::vector<Series>& series, double x, double y, double width) {
  double at = x;
  for (auto each = series.rbegin(); each != series.rend(); ++each) {
    if (each->empty()) continue;
    const double wide = 16 + text_width(each->name, label_size) + 22;
    if (at > x && at + wide > x + width) {
      at = x;
      y += 18;
    }
    mark(at + 5, y - 4, each->look);
    text(at + 16, y, each->name, "label");
    at += wide;
  }
}

}  // namespace tritutor::plot
