#include "grader/device/virtual_device.h"

#include <algorithm>
#include <stdexcept>

namespace tritutor {

Device::Buffer VirtualDevice::allocate(const BufferSpec& spec) {
  const auto access = spec.read_only ? vgpu::Access::read_only : vgpu::Access::read_write;
  if (spec.lazy) {
    return gpu_.allocate_lazy(spec.name, spec.bytes, spec.pattern, access, spec.element_bytes, spec.element_name);
  }
  const Buffer buffer = gpu_.allocate(spec.name, spec.bytes, access, spec.element_bytes, spec.element_name);
  if (spec.content != BufferSpec::Content::data) {
    gpu_.mark_undefined(buffer, spec.content == BufferSpec::Content::nothing);
  }
  return buffer;
}

void VirtualDevice::upload(Buffer buffer, std::span<const std::byte> bytes) {
  const std::span<std::byte> memory = gpu_.data(buffer);
  if (bytes.size() > memory.size()) throw std::invalid_argument("upload past the end of a buffer");
  std::copy(bytes.begin(), bytes.end(), memory.begin());
}

void VirtualDevice::download(Buffer buffer, std::span<std::byte> bytes) const {
  const std::span<const std::byte> memory = gpu_.data(buffer);
  if (bytes.size() > memory.size()) throw std::invalid_argument("download past the end of a buffer");
  std::copy(memory.begin(), memory.begin() + static_cast<std::ptrdiff_t>(bytes.size()), bytes.begin());
}

vgpu::LaunchResult VirtualDevice::run(const Step& step, std::span<const std::byte> parameters,
                                      const vgpu::Limits& limits) {
  return gpu_.launch(*module_, step.kernel, step.grid, step.block, step.shared_bytes, parameters, limits);
}

}  // namespace tritutor
