#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "vgpu/machine/decode/decode.h"
#include "vgpu/machine/program.h"
#include "vgpu/ptx/parser.h"
#include "vgpu/vgpu.h"

namespace vgpu {

Module::Module() = default;
Module::~Module() = default;

namespace {

/// Whether Triton has compiled this: its PTX begins with LLVM's own header (NVRTC's and nvcc's begin with NVIDIA's),
/// and names a Python file or else Triton's shared memory. So it is the code that says so and not who launches it:
/// nobody can forget to, and CUDA C++ that NVRTC compiles cannot claim it.
bool made_by_triton(std::string_view ptx, const ptx::Module& module) {
  const std::string_view header = ptx.substr(0, ptx.find(".version"));
  if (header.find("LLVM NVPTX Back-End") == header.npos) return false;
  return std::any_of(module.files.begin(), module.files.end(),
                     [](const std::string& file) { return file.ends_with(".py"); }) ||
         std::any_of(module.variables.begin(), module.variables.end(),
                     [](const ptx::Variable& variable) { return variable.name == "global_smem"; });
}

}  // namespace

std::shared_ptr<const Module> Module::load(std::string_view ptx) {
  ptx::Module parsed;
  try {
    parsed = ptx::parse(ptx);
  } catch (const ptx::ParseError& error) {
    throw LoadError(error.what(), "", 0);
  }
  std::shared_ptr<Module> module(new Module);
  const bool replicas = made_by_triton(ptx, parsed);
  module->program_ = decode(std::move(parsed));
  module->program_->replicas = replicas;
  const Program& program = *module->program_;
  for (const FunctionCode& function : program.functions) {
    if (!function.entry || function.external) continue;
    const ptx::Function& source = program.module.functions[static_cast<size_t>(function.ptx)];
    KernelInfo info;
    info.name = function.name;
    for (const ptx::Variable& param : source.params)
      info.parameters.push_back({param.type, param.bytes, param.alignment});
    info.static_shared_bytes = program.static_shared_bytes[static_cast<size_t>(function.ptx)];
    info.registers_live = function.registers_live;
    if (source.max_threads > 0) info.max_threads_per_block = static_cast<uint32_t>(source.max_threads);
    info.required_block = {static_cast<uint32_t>(source.required_block[0]),
                           static_cast<uint32_t>(source.required_block[1]),
                           static_cast<uint32_t>(source.required_block[2])};
    info.refusal = function.refusal;
    module->kernels_.push_back(std::move(info));
  }
  return module;
}

std::vector<KernelInfo> Module::kernels() const { return kernels_; }

const KernelInfo* Module::find_kernel(std::string_view name) const {
  for (const KernelInfo& kernel : kernels_) {
    if (kernel.name == name) return &kernel;
  }
  return nullptr;
}

}  // namespace vgpu
