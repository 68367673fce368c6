#pragma once
// Builds an instruction's name from its parts ("add", ".rn", ".ftz", ".f32") without the standard library: what an
// ops/ unit instantiates is compiled for one processor and must not be shared with the rest of the program.

#include "vgpu/ops/lanes.h"

namespace vgpu::VGPU_ISA {

/// The concatenation of its parts, at most 63 characters.
struct OpName {
  char text[64] = {};

  template <class... Part>
  explicit OpName(Part... part) {
    char* end = text;
    ((end = append(end, part)), ...);
  }

 private:
  static char* append(char* end, const char* part) {
    while (*part != 0) *end++ = *part++;
    return end;
  }
};

}  // namespace vgpu::VGPU_ISA
