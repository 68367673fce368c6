#pragma once

#include <string>
#include <vector>

#include "app/report/report.h"
#include "app/terminal.h"

namespace tritutor {

struct ReportViewOptions {
  Style style;
  int width = 80;
  bool utf8 = true;  ///< of the chart
};

/// The report as the terminal shows it: levels, attempts, mistakes, rooflines.
std::string view_report(const Report& report, const std::vector<DeviceProfile>& profiles,
                        const ReportViewOptions& options);

}  // namespace tritutor
