#include "grader/device_choice.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace tritutor {

std::variant<DeviceChoice, Refusal> device_choice(const std::string& device) {
  if (device == "virtual") return DeviceChoice{};
  if (device == "auto") return DeviceChoice{true, false, std::nullopt};
  if (device == "cuda") return DeviceChoice{true, true, std::nullopt};
  constexpr std::string_view numbered = "cuda:";
  int ordinal = 0;
  if (device.starts_with(numbered)) {
    const char* end = device.data() + device.size();
    const auto [at, error] = std::from_chars(device.data() + numbered.size(), end, ordinal);
    if (error == std::errc{} && at == end && ordinal >= 0) return DeviceChoice{true, true, ordinal};
  }
  return refusal_of("environment",
                    fmt::format("there is no device \"{}\"; use --device auto, virtual, cuda or cuda:1", device));
}

Refusal no_gpu(const std::string& why_not) {
  return refusal_of("environment",
                    fmt::format("there is no GPU to run on: {}. To run on the virtual GPU: --device virtual; what "
                                "this machine has: tritutor doctor",
                                why_not));
}

vgpu::Hardware hardware_of(const GpuInfo& info) {
  vgpu::Hardware hardware;
  hardware.name = info.name;
  if (info.sms > 0) hardware.sms = info.sms;
  if (info.shared_bytes_per_block > 0) {
    hardware.shared_bytes_per_block = info.shared_bytes_per_block;
    hardware.shared_bytes_per_sm = info.shared_bytes_per_block + 1024;
  }
  return hardware;
}

}  // namespace tritutor
