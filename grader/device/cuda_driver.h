#pragma once
// NVIDIA's driver API, opened at run time, so that the same binary serves machines without a driver. Only the program
// tritutor-gpu opens it. Names, types and numbers are those of the CUDA Driver API reference.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace tritutor::cuda {

using Result = int;
using DevicePtr = unsigned long long;
using Context = void*;
using Module = void*;
using Function = void*;
using Stream = void*;
using Event = void*;

inline constexpr Result success = 0, out_of_memory = 2, not_ready = 600;

/// Attributes of a device.
enum Attribute : int {
  max_shared_memory_per_block = 8,
  clock_rate = 13,  ///< kHz, the highest of the SMs
  multiprocessor_count = 16,
  memory_clock_rate = 36,        ///< kHz
  global_memory_bus_width = 37,  ///< bits
  l2_cache_size = 38,            ///< bytes
  compute_capability_major = 75,
  compute_capability_minor = 76,
  max_shared_memory_per_block_optin = 97,
};

inline constexpr int function_registers = 4;           ///< CU_FUNC_ATTRIBUTE_NUM_REGS
inline constexpr Result out_of_resources = 701;        ///< CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES
inline constexpr int function_max_dynamic_shared = 8;  ///< CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
inline constexpr int limit_persisting_l2 = 6;          ///< CU_LIMIT_PERSISTING_L2_CACHE_SIZE
inline constexpr unsigned event_default = 0;           ///< CU_EVENT_DEFAULT
inline constexpr unsigned stream_non_blocking = 1;     ///< CU_STREAM_NON_BLOCKING
inline constexpr unsigned host_register_default = 0;   ///< of cuMemHostRegister

/// A call that failed.
class Error : public std::runtime_error {
 public:
  Error(const Error& error, const std::string& more)
      : std::runtime_error(error.what() + more), result_(error.result_), call_(error.call_), name_(error.name_) {}
  Error(Result result, std::string call, std::string name, const std::string& text);
  Result result() const { return result_; }
  const std::string& call() const { return call_; }  ///< "cuLaunchKernel"
  const std::string& name() const { return name_; }  ///< "CUDA_ERROR_ILLEGAL_ADDRESS"

 private:
  Result result_;
  std::string call_, name_;
};

/// There is no driver, or none that can be used. what() says why.
class NoDriver : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Driver {
  /// Opens libcuda.so.1. Throws NoDriver.
  Driver();
  /// Throws Error where a call has failed.
  void check(Result result, const char* call) const;

  Result (*cuInit)(unsigned);
  Result (*cuDriverGetVersion)(int*);
  Result (*cuDeviceGetCount)(int*);
  Result (*cuDeviceGet)(int*, int ordinal);
  Result (*cuDeviceGetName)(char*, int bytes, int device);
  Result (*cuDeviceTotalMem)(size_t*, int device);
  Result (*cuDeviceGetAttribute)(int*, int attribute, int device);
  Result (*cuDevicePrimaryCtxRetain)(Context*, int device);
  Result (*cuCtxSetCurrent)(Context);
  Result (*cuCtxSetLimit)(int limit, size_t value);
  Result (*cuCtxResetPersistingL2Cache)();
  Result (*cuMemGetInfo)(size_t* free, size_t* total);
  Result (*cuMemAlloc)(DevicePtr*, size_t);
  Result (*cuMemFree)(DevicePtr);
  Result (*cuMemHostRegister)(void*, size_t, unsigned flags);
  Result (*cuMemcpyHtoDAsync)(DevicePtr, const void*, size_t, Stream);
  Result (*cuMemcpyDtoHAsync)(void*, DevicePtr, size_t, Stream);
  Result (*cuMemsetD8Async)(DevicePtr, unsigned char, size_t, Stream);
  Result (*cuModuleLoadDataEx)(Module*, const void*, unsigned options, int* names, void** values);
  Result (*cuModuleUnload)(Module);
  Result (*cuModuleGetFunction)(Function*, Module, const char*);
  Result (*cuFuncSetAttribute)(Function, int attribute, int value);
  Result (*cuFuncGetAttribute)(int*, int attribute, Function);
  Result (*cuLaunchKernel)(Function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned shared_bytes,
                           Stream, void** parameters, void** extra);
  Result (*cuStreamCreate)(Stream*, unsigned flags);
  Result (*cuStreamQuery)(Stream);
  Result (*cuStreamSynchronize)(Stream);
  Result (*cuEventCreate)(Event*, unsigned flags);
  Result (*cuEventRecord)(Event, Stream);
  Result (*cuEventElapsedTime)(float* ms, Event, Event);
  Result (*cuGetErrorName)(Result, const char**);
  Result (*cuGetErrorString)(Result, const char**);
};

}  // namespace tritutor::cuda
