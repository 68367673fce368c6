#pragma once
// An outcome as a terminal shows it.

#include <string>

#include "app/terminal.h"
#include "app/vgpu/outcome.h"
#include "app/vgpu/source.h"

namespace vgpu_program {

struct ViewOptions {
  tritutor::Style style;
  int width = 80;         ///< columns
  bool counters = false;  ///< show them
  bool cut = true;        ///< source lines that are wider; false for a pipe or a file
};

std::string view(const Outcome& outcome, const Source& source, const ViewOptions& options);

/// 1234567 -> "1,234,567".
std::string grouped(uint64_t number);
/// "1 finding", "1,000 findings".
std::string counted(uint64_t count, std::string_view noun);

}  // namespace vgpu_program
