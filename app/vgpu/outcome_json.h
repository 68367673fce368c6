#pragma once

#include <nlohmann/json_fwd.hpp>

#include "app/vgpu/outcome.h"
#include "app/vgpu/source.h"

namespace vgpu_program {

/// Everything, as notes/vgpu.md documents it. JSON has no NaN and no infinity: they are "nan", "inf" and "-inf".
nlohmann::ordered_json to_json(const Outcome& outcome, const Source& source);

/// A kernel as `vgpu list --json` gives it; `names` of its parameters, or empty.
nlohmann::ordered_json to_json(const vgpu::KernelInfo& kernel, const std::vector<std::string>& names);

/// On one line for each member, bytes that are no UTF-8 replaced.
std::string text_of(const nlohmann::ordered_json& json);

}  // namespace vgpu_program
