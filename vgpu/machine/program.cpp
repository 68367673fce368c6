#include "vgpu/machine/program.h"

namespace vgpu {

Place place_at(const ptx::Module& module, int location) {
  if (location < 0) return {};
  const auto at = [&](int i) -> const ptx::SourceLocation& { return module.locations[static_cast<size_t>(i)]; };
  // The outermost place is in the kernel's own file; the learner's line is the innermost one in that file.
  int outermost = location;
  while (at(outermost).inlined_at >= 0) outermost = at(outermost).inlined_at;
  while (at(location).file != at(outermost).file) location = at(location).inlined_at;
  const ptx::SourceLocation& found = at(location);
  Place place;
  if (found.file >= 0 && static_cast<size_t>(found.file) < module.files.size()) {
    place.file = module.files[static_cast<size_t>(found.file)];
  }
  place.line = found.line;
  place.column = found.column;
  return place;
}

Place place_of(const Program& program, uint32_t pc) {
  return pc < program.location.size() ? place_at(program.module, program.location[pc]) : Place{};
}

}  // namespace vgpu
