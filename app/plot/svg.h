#pragma once
// An SVG picture in a file of its own, readable on light and on dark ground.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/plot/chart.h"

namespace tritutor::plot {

struct Box {
  double left = 0, top = 0, width = 0, height = 0;
};

/// About how wide text is in a sans-serif font; no letter is wider than the average by much.
double text_width(std::string_view text, double size);

class Svg {
 public:
  Svg(double width, double height, std::string_view title);

  // A class names a look of the style sheet: "title", "label", "grid", "axis", "s0".

  /// `anchor`: "start", "middle" or "end" of the text is at x.
  void text(double x, double y, std::string_view text, std::string_view looks_like, std::string_view anchor = "start",
            double turned = 0);
  void line(double x0, double y0, double x1, double y1, std::string_view looks_like);
  void polyline(const std::vector<std::pair<double, double>>& points, std::string_view looks_like);
  void polygon(const std::vector<std::pair<double, double>>& points, std::string_view looks_like);
  /// A series' mark: a disc, a diamond, a triangle, a square.
  void mark(double x, double y, size_t look);

  /// Into a box with its axes' labels; no part of it lies outside.
  void chart(const Chart& chart, const Box& box);
  /// The names of series with their marks, from a place to the right.
  void legend(const std::vector<Series>& series, double x, double y, double width);

  std::string done() const { return out_ + "</svg>\n"; }

 private:
  std::string out_;
};

/// Text as XML has it.
std::string escaped(std::string_view text);

}  // namespace tritutor::plot
