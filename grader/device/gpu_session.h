#pragma once
// What the program tritutor-gpu does with its one GPU: memory with guard bands, a program's kernels, timed samples.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "grader/child/message.h"
#include "grader/device/cublas.h"
#include "grader/device/cuda_driver.h"

namespace tritutor::cuda {

/// A kernel did not end in its time.
struct Hang {
  double seconds = 0;
};

/// The GPU refused a launch: nothing ran, and nothing is lost.
class Refused : public Error {
 public:
  explicit Refused(const Error& error) : Error(error) {}
};

/// One launch of a plan, its parameters as they lie in the parameter buffer.
struct Launch {
  std::string kernel;
  unsigned grid[3] = {1, 1, 1}, block[3] = {1, 1, 1};
  unsigned shared_bytes = 0;
  std::string parameters;
};

struct Region {
  DevicePtr address = 0;
  size_t bytes = 0;
};

/// A run of the learner's plan on buffers of its own.
struct TimedSet {
  std::vector<Launch> launches;
  std::vector<Region> outputs, inputs;
};

/// A module that is unloaded at the end.
class LoadedModule {
 public:
  LoadedModule(const Driver& driver, const std::string& code);
  ~LoadedModule();
  LoadedModule(const LoadedModule&) = delete;
  LoadedModule& operator=(const LoadedModule&) = delete;
  Function function(const std::string& name);

 private:
  const Driver& driver_;
  Module module_ = nullptr;
  std::map<std::string, Function> functions_;
};

class Session {
 public:
  /// Takes a device's primary context. `staging` is memory shared with the grader. Throws Error, NoDriver.
  Session(int ordinal, void* staging, size_t staging_bytes);

  /// "ready", and the device as list_devices() tells of it.
  Message hello() const;
  /// Answers one request of the grader. Throws Error, Hang.
  Message answer(const Message& request);

 private:
  struct Buffer {
    DevicePtr base = 0;  ///< of the allocation: a guard band, the buffer, a guard band
    size_t bytes = 0;
  };
  /// What a run is held against.
  struct LimitKernel {
    enum class Kind : uint8_t { none, kernel, gemm } kind = Kind::none;
    Launch launch;
    GemmShape shape;
    GemmBuffers gemm;
  };
  /// One timed run.
  struct Sample {
    double us = 0;
    double clock_mhz = 0;  ///< of the SMs while it ran; 0: it could not be told
  };

  Message load(MessageReader& request);
  Message load_tools(MessageReader& request);
  Message allocate(MessageReader& request);
  Message free_all();
  Message upload(MessageReader& request);
  Message download(MessageReader& request);
  Message run(MessageReader& request);
  Message guards();
  Message fingerprint(MessageReader& request);
  Message use_cublas(MessageReader& request);
  Message take_sets(MessageReader& request);
  Message prepare_limit(MessageReader& request);
  Message time(MessageReader& request);
  Message rates(MessageReader& request);

  DevicePtr reserve(size_t bytes);  ///< memory of the session itself
  void release(DevicePtr address);
  void launch(LoadedModule& module, const Launch& one);
  void launch_tool(const std::string& kernel, unsigned blocks, unsigned threads,
                   const std::vector<uint64_t>& parameters);
  void wait(double seconds);
  void clear_l2();
  uint64_t fingerprint_of(const Region& region);
  void record_clock(unsigned slot);
  double clock_mhz();
  /// Times what `work` enqueues, from cold caches.
  template <class Work>
  Sample sample(const Work& work);
  double median_us(const Launch& one, int samples);
  void run_limit();
  Launch tool(const std::string& kernel, unsigned blocks, unsigned threads,
              const std::vector<uint64_t>& parameters) const;
  std::vector<Launch> copy_variants(DevicePtr to, DevicePtr from, size_t bytes) const;
  std::vector<Launch> read_variants(DevicePtr from, size_t bytes) const;
  Launch best_of(const std::vector<Launch>& variants, double& us);

  Driver driver_;
  int ordinal_ = 0, device_ = 0;
  unsigned sms_ = 1;
  size_t l2_bytes_ = 0;
  Stream stream_ = nullptr;
  Event start_ = nullptr, end_ = nullptr;
  char* staging_;
  size_t staging_bytes_;

  std::string code_;
  std::unique_ptr<LoadedModule> program_, tools_;
  std::map<DevicePtr, Buffer> buffers_;
  std::string guard_;  ///< what guard bands hold
  std::vector<TimedSet> sets_;
  size_t next_set_ = 0;
  LimitKernel limit_;
  std::vector<DevicePtr> limit_memory_;
  std::unique_ptr<Cublas> cublas_;
  DevicePtr flush_ = 0, clocks_ = 0, number_ = 0;
  size_t flush_bytes_ = 0;
};

/// Every device of this machine as the grader's GpuInfo reads it: ordinal, name, bytes of memory, ...
Message list_devices();

}  // namespace tritutor::cuda
