#include "app/plot/terminal_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace tritutor::plot {
namespace {

constexpr int none = -1;
constexpr std::array<const char*, looks> utf8_marks = {"●", "◆", "▲", "□"};
constexpr std::array<const char*, looks> ascii_marks = {"o", "x", "+", "#"};

/// Characters, each of 2 x 4 dots; a mark stands in place of dots.
class Canvas {
 public:
  static constexpr int dots_x = 2, dots_y = 4;

  Canvas(int columns, int rows, bool utf8)
      : columns_(columns), rows_(rows), utf8_(utf8), cells_(static_cast<size_t>(columns) * static_cast<size_t>(rows)) {}

  /// Places are from 0 to 1, right and up.
  void line(double x0, double y0, double x1, double y1, size_t look) {
    const double width = columns_ * dots_x - 1, height = rows_ * dots_y - 1;
    const int steps = 1 + static_cast<int>(std::max(std::abs(x1 - x0) * width, std::abs(y1 - y0) * height));
    for (int i = 0; i <= steps; ++i) {
      const double part = static_cast<double>(i) / steps;
      dot(static_cast<int>(std::lround((x0 + part * (x1 - x0)) * width)),
          static_cast<int>(std::lround((1 - (y0 + part * (y1 - y0))) * height)), look);
    }
  }

  void mark(double x, double y, size_t look) {
    Cell& cell = at(static_cast<int>(std::lround(x * (columns_ * dots_x - 1))) / dots_x,
                    static_cast<int>(std::lround((1 - y) * (rows_ * dots_y - 1))) / dots_y);
    cell.mark = static_cast<int>(look);
  }

  std::string row(int row, const std::array<std::string (*)(const Style&, std::string_view), looks>& paints,
                  const Style& style) const {
    std::string text;
    for (int column = 0; column < columns_; ++column) {
      const Cell& cell = cells_[static_cast<size_t>(row * columns_ + column)];
      const int look = cell.mark != none ? cell.mark : cell.look;
      text += look == none ? " " : paints[static_cast<size_t>(look)](style, glyph(cell));
    }
    return text;
  }

 private:
  struct Cell {
    unsigned dots = 0;
    int look = none, mark = none;
  };

  Cell& at(int column, int row) { return cells_[static_cast<size_t>(row * columns_ + column)]; }

  void dot(int x, int y, size_t look) {
    // Braille's dots 1 to 8 by column and row.
    static constexpr unsigned bits[dots_x][dots_y] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};
    Cell& cell = at(x / dots_x, y / dots_y);
    cell.dots |= bits[x % dots_x][y % dots_y];
    cell.look = static_cast<int>(look);
  }

  std::string glyph(const Cell& cell) const {
    if (cell.mark != none) return (utf8_ ? utf8_marks : ascii_marks)[static_cast<size_t>(cell.mark)];
    if (!utf8_) return ".";
    const unsigned code = 0x2800 + cell.dots;
    return {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)),
            static_cast<char>(0x80 | (code & 0x3F))};
  }

  int columns_, rows_;
  bool utf8_;
  std::vector<Cell> cells_;
};

constexpr std::array<std::string (*)(const Style&, std::string_view), looks> paints = {
    [](const Style& style, std::string_view text) { return style.cyan(text); },
    [](const Style& style, std::string_view text) { return style.yellow(text); },
    [](const Style& style, std::string_view text) { return style.green(text); },
    [](const Style& style, std::string_view text) { return style.dim(text); },
};

std::string legend(const Chart& chart, const TerminalChartOptions& options) {
  std::string out, line;
  size_t columns = 0;
  for (auto series = chart.series.rbegin(); series != chart.series.rend(); ++series) {
    if (series->empty()) continue;
    const std::string name = fit(series->name, static_cast<size_t>(std::max(options.width - 6, 8)));
    const size_t wide = 4 + columns_of(name);
    if (columns > 0 && columns + wide > static_cast<size_t>(options.width)) {
      out += line + "\n";
      line.clear();
      columns = 0;
    }
    const char* mark = (options.utf8 ? utf8_marks : ascii_marks)[series->look];
    line += "  " + paints[series->look](options.style, mark) + " " + name;
    columns += wide;
  }
  return line.empty() ? out : out + line + "\n";
}

/// The labels below the axis, each around its place, those left out that would touch another.
std::string labels(const std::vector<Tick>& ticks, const Axis& axis, int columns) {
  std::string text(static_cast<size_t>(columns), ' ');
  int free_from = 0;
  for (const Tick& tick : ticks) {
    const auto wide = static_cast<int>(tick.label.size());
    if (wide > columns) continue;
    const int place = static_cast<int>(std::lround(axis.at(tick.value) * (columns - 1)));
    const int start = std::clamp(place - wide / 2, 0, columns - wide);
    if (start < free_from) continue;
    text.replace(static_cast<size_t>(start), tick.label.size(), tick.label);
    free_from = start + wide + 1;
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

bool names_utf8(std::string_view locale) {
  std::string lower;
  for (const char c : locale) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
}

}  // namespace

bool shows_utf8() {
  const char* term = std::getenv("TERM");
  if (term != nullptr && std::string_view(term) == "dumb") return false;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return names_utf8(value);
  }
  return false;
}

std::string terminal_chart(const Chart& chart, const TerminalChartOptions& options) {
  const int rows = std::max(options.rows, 3);
  size_t margin = 0;
  for (const Tick& tick : chart.y_ticks) margin = std::max(margin, tick.label.size());
  const int columns = std::max(options.width - static_cast<int>(margin) - 2, 10);
  Canvas canvas(columns, rows, options.utf8);
  for (const Series& series : chart.series) {
    for (const auto& run : series.runs) {
      for (size_t i = 0; i + 1 < run.size(); ++i) {
        canvas.line(chart.x.at(run[i].x), chart.y.at(run[i].y), chart.x.at(run[i + 1].x), chart.y.at(run[i + 1].y),
                    series.look);
      }
    }
  }
  for (const Series& series : chart.series) {
    if (!series.marked) continue;
    for (const auto& run : series.runs) {
      for (const Point& point : run) canvas.mark(chart.x.at(point.x), chart.y.at(point.y), series.look);
    }
  }
  const std::string bar = options.utf8 ? "│" : "|", corner = options.utf8 ? "└" : "+", rule = options.utf8 ? "─" : "-";
  std::string out = fit(chart.y_title, static_cast<size_t>(options.width)) + "\n";
  for (int row = 0; row < rows; ++row) {
    std::string label;
    for (const Tick& tick : chart.y_ticks) {
      if (static_cast<int>(std::lround((1 - chart.y.at(tick.value)) * (rows - 1))) == row) label = tick.label;
    }
    const std::string line = canvas.row(row, paints, options.style);
    out += fmt::format("{:>{}} {}", label, margin, bar) + line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  out += std::string(margin + 1, ' ') + corner;
  for (int i = 0; i < columns; ++i) out += rule;
  out += "\n" + std::string(margin + 2, ' ') + labels(chart.x_ticks, chart.x, columns) + "\n";
  const std::string title = fit(chart.x_title, static_cast<size_t>(columns));
  out += std::string(margin + 2 + (static_cast<size_t>(columns) - columns_of(title)) / 2, ' ') + title + "\n";
  return out + legend(chart, options);
}

}  // namespace tritutor::plot
