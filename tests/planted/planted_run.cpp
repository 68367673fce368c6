#include "tests/planted/planted_run.h"

#include <algorithm>
#include <stdexcept>

#include "grader/dialect/cuda/nvrtc.h"

namespace planted {
namespace {

/// Ends endless loops soon. No kernel here needs a hundredth of it.
constexpr uint64_t warp_steps = 1'000'000;

std::vector<std::byte> upload(vgpu::Gpu& gpu, const Case& wanted, std::map<std::string, vgpu::Address>& addresses) {
  std::vector<std::byte> parameters;
  for (const Argument& argument : wanted.arguments) {
    if (!argument.buffer) {
      const std::vector<std::byte> value = value_of(argument);
      vgpu::pack(parameters, value.data(), value.size(), value.size());
      continue;
    }
    const uint32_t element = bytes_of(argument.type);
    const vgpu::Address address = gpu.allocate(argument.name, argument.elements * element,
                                               argument.read_only ? vgpu::Access::read_only : vgpu::Access::read_write,
                                               element, name_of_type(argument.type));
    addresses[argument.name] = address;
    if (argument.fill == "undefined" || argument.fill == "scratch") {
      gpu.mark_undefined(address, argument.fill == "undefined");
    } else {
      const std::vector<std::byte> contents = contents_of(argument);
      std::copy(contents.begin(), contents.end(), gpu.data(address).begin());
    }
    vgpu::pack(parameters, &address, sizeof(address), sizeof(address));
  }
  return parameters;
}

}  // namespace

vgpu::LaunchResult run(const Case& wanted, Buffers* buffers) {
  const std::string name = wanted.file.filename().string();
  const tritutor::Nvrtc::Output output = tritutor::Nvrtc::instance().compile(name, wanted.source, {});
  if (!output.compiled) throw std::runtime_error("does not compile:\n" + output.log);
  const auto module = vgpu::Module::load(output.code);
  const std::vector<vgpu::KernelInfo> kernels = module->kernels();
  if (kernels.size() != 1) throw std::runtime_error("must hold one kernel");
  vgpu::Gpu gpu;
  std::map<std::string, vgpu::Address> addresses;
  const std::vector<std::byte> parameters = upload(gpu, wanted, addresses);
  vgpu::Limits limits;
  limits.warp_steps = warp_steps;
  vgpu::LaunchResult result =
      gpu.launch(*module, kernels[0].name, wanted.grid, wanted.block, wanted.shared_bytes, parameters, limits);
  if (buffers != nullptr) {
    for (const auto& [argument, address] : addresses) {
      const std::span<const std::byte> bytes = gpu.data(address);
      (*buffers)[argument].assign(bytes.begin(), bytes.end());
    }
  }
  return result;
}

}  // namespace planted
