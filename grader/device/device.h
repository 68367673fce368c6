#pragma once
// What the grader needs of a device, whatever it is: memory and the steps of a plan.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vgpu/vgpu.h"

namespace tritutor {

/// One launch of a kernel.
struct Step {
  std::string kernel;
  vgpu::Dim3 grid, block;
  uint32_t shared_bytes = 0;  ///< dynamic
  uint32_t launch = 0;        ///< the dialect's number for it, where its arguments are not the exercise's own
  uint32_t tile = 0;          ///< elements that a block is about, 0: one a thread
};

struct BufferSpec {
  std::string name;
  uint64_t bytes = 0;
  bool read_only = false;
  uint32_t element_bytes = 1;
  std::string element_name = "byte";  ///< "float"
  /// What lies in it when the kernel starts: data, or nothing that the kernel may read. Nobody looks at scratch.
  enum class Content : uint8_t { data, nothing, scratch } content = Content::data;
  /// As large as on a GPU, of which a sample of blocks touches little: it should cost only what is touched. It holds
  /// `pattern` again and again, or zeros where that is empty, and counts as written.
  bool lazy = false;
  std::span<const std::byte> pattern{};
};

/// A device with one loaded program, in a fresh state: new memory, its global variables as the file sets them.
/// Not for use by two threads at once.
class Device {
 public:
  using Buffer = uint64_t;  ///< a device address

  virtual ~Device() = default;

  virtual std::string kind() const = 0;  ///< "virtual", "cuda"
  virtual std::string name() const = 0;
  /// New memory, every byte 0xFF (NaN for floats) unless it is lazy.
  virtual Buffer allocate(const BufferSpec& spec) = 0;
  /// Bytes to the start of a buffer.
  virtual void upload(Buffer buffer, std::span<const std::byte> bytes) = 0;
  /// Bytes from the start of a buffer.
  virtual void download(Buffer buffer, std::span<std::byte> bytes) const = 0;
  /// Runs a step to its end. `parameters` is the kernel's parameter buffer. Throws vgpu::LaunchError where it cannot be
  /// launched at all; what the kernel does wrong is in the result's findings.
  virtual vgpu::LaunchResult run(const Step& step, std::span<const std::byte> parameters,
                                 const vgpu::Limits& limits) = 0;
};

}  // namespace tritutor
