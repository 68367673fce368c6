#pragma once

#include <string>

#include "app/vgpu/source.h"
#include "app/vgpu/view.h"

namespace vgpu_program {

/// Totals, and the lines that did the most of each, as tables.
std::string view_counters(const vgpu::Counters& counters, const Source& source, const ViewOptions& options);

}  // namespace vgpu_program
