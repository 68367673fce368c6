#pragma once
// A GPU of this machine, held by a process of its own (tritutor-gpu): what goes wrong there ends that process, and a
// new one can be started.

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "grader/child/message.h"
#include "grader/device/device.h"

namespace tritutor {

class ChildProcess;

/// One GPU as the driver describes it; 0: unknown.
struct GpuInfo {
  int ordinal = 0;
  std::string name;           ///< "NVIDIA H100 80GB HBM3"
  uint64_t memory_bytes = 0;  ///< all there is
  int driver_version = 0;     ///< 13000: CUDA 13.0
  int major = 0, minor = 0;   ///< compute capability
  unsigned sms = 0;
  double clock_mhz = 0;  ///< of the SMs, the highest
  double memory_clock_mhz = 0;
  unsigned bus_bits = 0;
  uint64_t l2_bytes = 0;
  uint32_t shared_bytes_per_block = 0;  ///< most that a kernel can ask for

  std::string architecture() const { return "sm_" + std::to_string(10 * major + minor); }
  /// Bytes per us that the memory's pins carry: no kernel moves more. 0: unknown.
  double peak_bytes_per_us() const { return 2 * memory_clock_mhz * bus_bits / 8; }
};

/// What a GPU's process or the driver did not do. what() is a sentence.
class GpuError : public std::runtime_error {
 public:
  enum class Kind : uint8_t {
    absent,     ///< there is no GPU that can be used
    refused,    ///< a launch or a program was refused; the GPU can be used on
    no_memory,  ///< it has too little memory left
    fault,      ///< a kernel did something the GPU cannot go on from
    hang,       ///< a kernel did not end in its time
    died,       ///< the process ended without a word
    stopped,    ///< as `stop` asked
  };
  GpuError(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

struct GpuList {
  std::vector<GpuInfo> gpus;
  std::string why_none;  ///< "there is no NVIDIA driver (libcuda.so.1)"
};

/// The GPUs of this machine, in the driver's order.
GpuList list_gpus();

/// What the GPU does at most, measured there.
struct GpuRates {
  double copy = 0, read = 0;    ///< bytes read and written per us by the grader's kernel; bytes read
  double float_operations = 0;  ///< per us; a multiply-add is two
  double integer_turns = 0;     ///< of tritutor_integer's loop, per us
  double empty_us = 0;          ///< what a pair of events around nothing takes
};

struct GpuRegion {
  Device::Buffer address = 0;
  uint64_t bytes = 0;
};

/// A plan on buffers of its own.
struct GpuTimedSet {
  std::vector<std::pair<Step, std::vector<std::byte>>> launches;  ///< each with its parameter buffer
  std::vector<GpuRegion> outputs, inputs;
};

struct GpuSample {
  double us = 0, clock_mhz = 0;              ///< of the plan; 0 MHz: unknown
  double limit_us = 0, limit_clock_mhz = 0;  ///< of the limit's kernel in the same turn
  size_t set = 0;
  struct Output {
    uint64_t fingerprint = 0;
    std::string bytes;  ///< of one that is small
  };
  std::vector<Output> outputs;
};

struct GpuSamples {
  std::vector<GpuSample> samples;
  std::vector<std::vector<uint64_t>> inputs;  ///< of each set: each input's fingerprint after them
};

/// Where a guard band was written to.
struct GuardDamage {
  Device::Buffer address = 0;
  int64_t byte = 0;  ///< from the buffer's start; negative: before it
};

class Gpu {
 public:
  /// Starts a process for a GPU by its number. Throws GpuError (absent, stopped).
  Gpu(int ordinal, const std::atomic<bool>* stop);
  ~Gpu();
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;

  const GpuInfo& info() const { return info_; }

  // Each throws GpuError. After a fault, a hang or a death the next call starts a new process, with the program and the
  // tools loaded and nothing else.

  void load(std::string code);        ///< the learner's program: a cubin, or PTX; at any later call too, afresh
  void load_tools(std::string code);  ///< gpu_kernels() compiled for this GPU
  Device::Buffer allocate(uint64_t bytes);
  void free_all();  ///< every buffer, set and limit
  void upload(Device::Buffer to, std::span<const std::byte> bytes);
  void download(Device::Buffer from, std::span<std::byte> bytes);
  void run(const Step& step, std::span<const std::byte> parameters, double seconds);
  std::vector<GuardDamage> damages();  ///< since the last call
  uint64_t fingerprint(GpuRegion region);

  std::string use_cublas(const std::vector<std::string>& candidates);  ///< its version
  void take_sets(const std::vector<GpuTimedSet>& sets);
  /// What samples are timed against: its name and a first time in us.
  struct Limit {
    double us = 0;
    std::string name;  ///< "tritutor_copy_4 65536x256", "cuBLAS"
  };
  Limit limit_by_copy(uint64_t bytes);  ///< read and written together
  Limit limit_by_read(uint64_t bytes);
  Limit limit_by_gemm(uint64_t m, uint64_t n, uint64_t k, uint64_t batch);
  Limit no_limit();
  GpuSamples time(uint64_t count);
  GpuRates rates(uint64_t bytes);  ///< moving so many

 private:
  class Staging;
  void start();
  Message ask(const Message& request, double seconds);
  Limit limit_of(MessageWriter& request);

  GpuInfo info_;
  const std::atomic<bool>* stop_;
  std::unique_ptr<Staging> staging_;
  std::unique_ptr<ChildProcess> process_;
  std::string code_, tools_;
};

/// A fresh state of a GPU as a device: its buffers are there until the next one is made.
class GpuDevice : public Device {
 public:
  /// `seconds`: what a step may take. `gpu` has the program.
  GpuDevice(Gpu& gpu, double seconds);

  std::string kind() const override { return "cuda"; }
  std::string name() const override { return gpu_.info().name; }
  Buffer allocate(const BufferSpec& spec) override;
  void upload(Buffer buffer, std::span<const std::byte> bytes) override { gpu_.upload(buffer, bytes); }
  void download(Buffer buffer, std::span<std::byte> bytes) const override { gpu_.download(buffer, bytes); }
  /// Accesses past the ends of buffers are findings, without a line. Throws GpuError.
  vgpu::LaunchResult run(const Step& step, std::span<const std::byte> parameters, const vgpu::Limits& limits) override;

 private:
  struct Named {
    Buffer address = 0;
    BufferSpec spec;
  };
  Gpu& gpu_;
  double seconds_;
  std::vector<Named> buffers_;
};

}  // namespace tritutor
