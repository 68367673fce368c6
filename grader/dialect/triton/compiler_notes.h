#pragma once
// What Triton's compiler made of a file, read off its PTX: what a Triton programmer cannot see in the source.

#include <string>
#include <string_view>
#include <vector>

#include "grader/dialect/triton/recording.h"
#include "vgpu/vgpu.h"

namespace tritutor {

/// How wide a line's accesses to global memory are, and how its tl.dot is computed.
struct LineCode {
  int line = 0;
  uint32_t load_bytes = 0, store_bytes = 0;  ///< most that one instruction moves for a thread; 0: it has none
  std::string matrix;                        ///< "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32"; empty: none
  uint32_t fmas = 0;                         ///< single-precision multiply-adds
};

/// Of the kernel `name` in a module's PTX, in the order of its lines; lines of file `file` alone, or those that are
/// inlined into them.
std::vector<LineCode> line_code(std::string_view ptx, std::string_view name, std::string_view file);

/// A sentence or two for each kernel that one case launches.
std::vector<std::string> compiler_notes(const Recording& recording, const LaunchPlan& plan, const vgpu::Module& module,
                                        const std::string& file, const std::string& source);

}  // namespace tritutor
