#include "app/vgpu/load.h"

#include <fmt/format.h>

#include "app/error.h"

namespace vgpu_program {

std::shared_ptr<const vgpu::Module> load_module(const Source& source) {
  try {
    return vgpu::Module::load(source.ptx());
  } catch (const vgpu::LoadError& error) {
    std::string place = source.file();
    if (!error.file().empty() && error.line() > 0)
      place = fmt::format("{}:{}", source.shown(error.file()), error.line());
    throw tritutor::CommandError(
        tritutor::status_usage,
        fmt::format("{}: {}; the virtual GPU runs PTX made for sm_80 (nvcc -arch=sm_80 -ptx)", place, error.what()));
  }
}

}  // namespace vgpu_program
