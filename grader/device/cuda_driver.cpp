#include "grader/device/cuda_driver.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace tritutor::cuda {

Error::Error(Result result, std::string call, std::string name, const std::string& text)
    : std::runtime_error(fmt::format("{} failed: {} ({})", call, text, name)),
      result_(result),
      call_(std::move(call)),
      name_(std::move(name)) {}

Driver::Driver() {
  void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  // WSL keeps it where no loader's path leads.
  if (library == nullptr) library = dlopen("/usr/lib/wsl/lib/libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw NoDriver("there is no NVIDIA driver (libcuda.so.1)");
  const auto bind = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    if (function == nullptr) throw NoDriver(fmt::format("the NVIDIA driver is too old: it has no {}", name));
  };
  bind(cuInit, "cuInit");
  bind(cuDriverGetVersion, "cuDriverGetVersion");
  bind(cuDeviceGetCount, "cuDeviceGetCount");
  bind(cuDeviceGet, "cuDeviceGet");
  bind(cuDeviceGetName, "cuDeviceGetName");
  bind(cuDeviceTotalMem, "cuDeviceTotalMem_v2");
  bind(cuDeviceGetAttribute, "cuDeviceGetAttribute");
  bind(cuDevicePrimaryCtxRetain, "cuDevicePrimaryCtxRetain");
  bind(cuCtxSetCurrent, "cuCtxSetCurrent");
  bind(cuCtxSetLimit, "cuCtxSetLimit");
  bind(cuCtxResetPersistingL2Cache, "cuCtxResetPersistingL2Cache");
  bind(cuMemGetInfo, "cuMemGetInfo_v2");
  bind(cuMemAlloc, "cuMemAlloc_v2");
  bind(cuMemFree, "cuMemFree_v2");
  bind(cuMemHostRegister, "cuMemHostRegister_v2");
  bind(cuMemcpyHtoDAsync, "cuMemcpyHtoDAsync_v2");
  bind(cuMemcpyDtoHAsync, "cuMemcpyDtoHAsync_v2");
  bind(cuMemsetD8Async, "cuMemsetD8Async");
  bind(cuModuleLoadDataEx, "cuModuleLoadDataEx");
  bind(cuModuleUnload, "cuModuleUnload");
  bind(cuModuleGetFunction, "cuModuleGetFunction");
  bind(cuFuncSetAttribute, "cuFuncSetAttribute");
  bind(cuFuncGetAttribute, "cuFuncGetAttribute");
  bind(cuLaunchKernel, "cuLaunchKernel");
  bind(cuStreamCreate, "cuStreamCreate");
  bind(cuStreamQuery, "cuStreamQuery");
  bind(cuStreamSynchronize, "cuStreamSynchronize");
  bind(cuEventCreate, "cuEventCreate");
  bind(cuEventRecord, "cuEventRecord");
  bind(cuEventElapsedTime, "cuEventElapsedTime");
  bind(cuGetErrorName, "cuGetErrorName");
  bind(cuGetErrorString, "cuGetErrorString");
}

void Driver::check(Result result, const char* call) const {
  if (result == success) return;
  const char *name = nullptr, *text = nullptr;
  if (cuGetErrorName(result, &name) != success || name == nullptr) name = "an error without a name";
  if (cuGetErrorString(result, &text) != success || text == nullptr) text = "an error without a text";
  throw Error(result, call, fmt::format("{}, {}", name, result), text);
}

}  // namespace tritutor::cuda
