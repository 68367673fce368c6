#pragma once
// What the virtual GPU lacks of the PTX ISA, as a list.

#include <span>
#include <string_view>

namespace vgpu {

/// A line of tests/forms/instructions.txt that cannot be run; `<a,b>` in it stands for each of its parts.
struct MissingForm {
  std::string_view feature;  ///< the line's heading: "Textures"
  std::string_view form;     ///< "tex.1d.v4.<f32,s32,u32>.<s32,f32> ..."
};

/// All of them, by feature: the forms of the instruction chapter for targets up to sm_80 and of the 8-bit floats. A
/// test holds the list against what loads.
std::span<const MissingForm> missing_forms();

}  // namespace vgpu
