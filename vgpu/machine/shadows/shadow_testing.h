#pragma once
// What the tests of the shadows share: a launch that has no code, and how many accesses were reported in it.

#include "vgpu/machine/findings/report.h"
#include "vgpu/machine/program.h"

namespace vgpu::testing {

/// One kernel with room for a few registers and `sites` instructions that do nothing.
inline Program empty_program(size_t sites) {
  Program program;
  program.functions.resize(1);
  program.functions[0].frame_bytes = program.functions[0].register_bytes = 64;
  program.code.resize(sites);
  program.location.assign(sites, -1);
  program.ptx_line.assign(sites, 0);
  return program;
}

inline uint64_t reported(const Report& report) {
  uint64_t count = 0;
  for (const Finding& finding : report.findings()) count += finding.count;
  return count;
}

}  // namespace vgpu::testing
