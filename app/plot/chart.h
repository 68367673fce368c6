#pragma once
// What a chart shows, however it is drawn.

#include <string>
#include <vector>

#include "app/plot/axis.h"

namespace tritutor::plot {

struct Point {
  double x = 0, y = 0;
  double least = 0, most = 0;  ///< of y: what is known of it; both are y where it is known exactly
  std::string label = {};      ///< written beside the mark; empty: nothing
};

/// Points with a line through them. The number of a series is its look: 0 to 3.
struct Series {
  std::string name;
  size_t look = 0;
  bool marked = true;                    ///< false: a line without its points, a bound
  std::vector<std::vector<Point>> runs;  ///< the line is broken between two of them

  bool empty() const {
    for (const auto& run : runs) {
      if (!run.empty()) return false;
    }
    return true;
  }
};

inline constexpr size_t looks = 4;

struct Chart {
  std::string title;             ///< "Throughput against size"
  std::string note;              ///< a line below it; empty: none
  std::string x_title, y_title;  ///< with units
  Axis x, y;
  std::vector<Tick> x_ticks, y_ticks;
  std::vector<Series> series;  ///< the last one lies on top
};

}  // namespace tritutor::plot
