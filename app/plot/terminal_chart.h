#pragma once
// A chart made of characters: Braille where the terminal knows UTF-8, else ASCII.

#include <string>

#include "app/plot/chart.h"
#include "app/terminal.h"

namespace tritutor::plot {

/// Whether text with characters beyond ASCII can be shown: by TERM and the locale's variables.
bool shows_utf8();

struct TerminalChartOptions {
  Style style;
  int width = 80, rows = 12;  ///< of the chart with its axes, without legend; of the part between the axes
  bool utf8 = true;
};

/// Lines with a line feed each: title, chart, axis, legend. No line is wider than `width`.
std::string terminal_chart(const Chart& chart, const TerminalChartOptions& options);

}  // namespace tritutor::plot
