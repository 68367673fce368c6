#include "app/vgpu/load.h"

#include <fmt/format.h>

#include "app/error.h"

namespace vgpu_program {

namespace {

[[noreturn]] void refuse(const vgpu::LoadError& error, const Source& source) {
  throw tritutor::CommandError(tritutor::status_usage,
                               fmt::format("{}: {}; the virtual GPU runs PTX made for sm_80 (nvcc -arch=sm_80 -ptx)",
                                           place_of(error, source), error.what()));
}

}  // namespace

std::shared_ptr<const vgpu::Module> load_module(const Source& source) {
  try {
    return vgpu::Module::load(source.ptx());
  } catch (const vgpu::LoadError& error) {
    refuse(error, source);
  }
}

void require_runnable(const vgpu::KernelInfo& kernel, const Source& source) {
  if (kernel.refusal) refuse(*kernel.refusal, source);
}

std::string place_of(const vgpu::LoadError& error, const Source& source) {
  if (error.file().empty() || error.line() <= 0) return source.file();
  return fmt::format("{}:{}", source.shown(error.file()), error.line());
}

}  // namespace vgpu_program
