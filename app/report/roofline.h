#pragma once
// Every passed kernel under the roof of a device.

#include <vector>

#include "app/plot/chart.h"
#include "app/report/report.h"

namespace tritutor {

/// A chart for each device that passed kernels were timed on or predicted for and whose figures are known. A kernel
/// that computes nothing stands in none.
std::vector<plot::Chart> rooflines(const Report& report, const std::vector<DeviceProfile>& profiles);

}  // namespace tritutor
