// What a module may take of the host's memory: PTX can ask for gigabytes in one line.

#include <fmt/format.h>

#include <algorithm>

#include "vgpu/machine/decode/decoder.h"
#include "vgpu/machine/memory/address.h"

namespace vgpu {

namespace {

constexpr uint64_t kMiB = 1024 * 1024;
constexpr uint64_t kMostGlobalBytes = 256 * kMiB;
constexpr uint64_t kMostShared = kSharedMiddle;     // one variable: the next one's window begins there
constexpr uint64_t kMostSharedOfModule = 8 * kMiB;  // a block holds the variables of all kernels
constexpr uint64_t kMostLocalBytes = 512 * 1024;    // CUDA C++ Programming Guide, "Compute Capabilities"
constexpr uint64_t kMostParameterBytes = 32764;     // PTX ISA, "Kernel Function Parameters"
constexpr uint64_t kMostFrameBytes = 64 * kMiB;     // registers and call parameters of a warp

[[noreturn]] void too_large(const std::string& what, uint64_t bytes, uint64_t most) {
  throw LoadError(fmt::format("{}: {} bytes are more than {}", what, bytes, most), "", 0);
}

struct SharedSum {
  uint64_t bytes = 0;
  void add(const ptx::Variable& variable) {
    if (variable.bytes > kMostShared) too_large("the shared variable " + variable.name, variable.bytes, kMostShared);
    bytes += variable.bytes + variable.alignment;
    if (bytes > kMostSharedOfModule) too_large("the module's shared variables", bytes, kMostSharedOfModule);
  }
};

}  // namespace

void check_frame(const ptx::Function& function) {
  if (!function.unsupported.empty()) {
    throw LoadError(fmt::format("the virtual GPU has no clusters of blocks: {} asks for them with {} (PTX line {})",
                                function.name, function.unsupported, function.ptx_line),
                    "", 0);
  }
  uint64_t local = 0, frame = 0, parameters = 0;
  const auto call_parameter = [&](const ptx::Variable& variable) { frame += (variable.bytes + 64) * kLanes; };
  for (const ptx::Register& r : function.registers) frame += static_cast<uint64_t>(std::max(r.bytes, 2)) * kLanes;
  for (const ptx::Variable& variable : function.variables) {
    if (variable.space == ptx::Space::local) local += variable.bytes + variable.alignment;
    if (variable.space == ptx::Space::param) call_parameter(variable);
  }
  for (const ptx::Variable& param : function.params) {
    parameters += param.bytes + param.alignment - 1;
    if (!function.entry) call_parameter(param);
  }
  for (const ptx::Variable& result : function.results) call_parameter(result);
  if (local > kMostLocalBytes) too_large("local memory of " + function.name, local, kMostLocalBytes);
  if (parameters > kMostParameterBytes)
    too_large("the parameters of " + function.name, parameters, kMostParameterBytes);
  if (frame > kMostFrameBytes) too_large("a warp's registers for " + function.name, frame, kMostFrameBytes);
}

void check_sizes(const ptx::Module& module) {
  SharedSum shared;
  uint64_t global = 0;
  for (const ptx::Variable& variable : module.variables) {
    switch (variable.space) {
      case ptx::Space::shared:
        if (!variable.external) shared.add(variable);
        break;
      case ptx::Space::global:
      case ptx::Space::constant:
        global += variable.bytes;
        if (global > kMostGlobalBytes) too_large("the module's global variables", global, kMostGlobalBytes);
        break;
      default:
        throw LoadError(fmt::format("the variable {} must stand inside a function: only .global, .const and .shared "
                                    "variables belong to a module",
                                    variable.name),
                        "", 0);
    }
  }
  for (const ptx::Function& function : module.functions) {
    for (const ptx::Variable& variable : function.variables) {
      if (variable.space == ptx::Space::shared && !variable.external) shared.add(variable);
    }
  }
}

}  // namespace vgpu
