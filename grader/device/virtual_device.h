#pragma once

#include <memory>

#include "grader/device/device.h"

namespace tritutor {

/// The virtual GPU with a loaded module.
class VirtualDevice : public Device {
 public:
  explicit VirtualDevice(std::shared_ptr<const vgpu::Module> module, vgpu::Hardware hardware = {})
      : module_(std::move(module)), gpu_(std::move(hardware)) {}

  std::string kind() const override { return "virtual"; }
  std::string name() const override { return "tritutor virtual GPU"; }
  Buffer allocate(const BufferSpec& spec) override;
  void upload(Buffer buffer, std::span<const std::byte> bytes) override;
  void download(Buffer buffer, std::span<std::byte> bytes) const override;
  vgpu::LaunchResult run(const Step& step, std::span<const std::byte> parameters, const vgpu::Limits& limits) override;

  /// The bytes of a whole buffer where they lie, valid until the next step runs.
  std::span<const std::byte> view(Buffer buffer) const { return gpu_.data(buffer); }
  /// From now on coverage runs (vgpu::Limits::coverage) note which elements of a buffer are stored to.
  void watch_writes(Buffer buffer) { gpu_.watch_writes(buffer); }
  /// What they have noted of a watched buffer.
  vgpu::Coverage coverage(Buffer buffer) const { return gpu_.coverage(buffer); }
  /// The program's __device__ variables that no longer hold what they were set up with.
  std::vector<std::string> changed_variables() const { return gpu_.changed_variables(); }

 private:
  std::shared_ptr<const vgpu::Module> module_;
  mutable vgpu::Gpu gpu_;  // reading a buffer changes nothing, but the face does not say so
};

}  // namespace tritutor
