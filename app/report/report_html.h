#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/report/report.h"

namespace tritutor {

/// The report as one page that needs nothing beside it. What learners typed is text there and nothing else.
std::string report_html(const Report& report, const std::vector<DeviceProfile>& profiles);

/// Writes it. Throws CommandError where there is a file that is no earlier report, or it cannot be written.
void write_report_html(const std::string& page, const std::filesystem::path& file);

}  // namespace tritutor
