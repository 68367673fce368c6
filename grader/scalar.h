#pragma once

#include <cstddef>
#include <vector>

#include "reference/array.h"
#include "vgpu/vgpu.h"

namespace tritutor {

/// Appends a scalar of a type, at its alignment, as a struct member or a kernel parameter is laid out.
inline void pack_scalar(std::vector<std::byte>& buffer, reference::Type type, double value) {
  reference::Array one(type, {1});
  one.set(0, value);
  vgpu::pack(buffer, one.bytes.data(), one.bytes.size(), one.bytes.size());
}

}  // namespace tritutor
