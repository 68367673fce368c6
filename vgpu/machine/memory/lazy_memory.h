#pragma once
// Host memory that costs only what is touched: for buffers of a launch of which a sample of blocks runs (sample.h).

#include <cstddef>
#include <cstdint>
#include <span>

namespace vgpu {

/// Bytes that start as zeros, or as a pattern again and again. The pattern's pages are there once, however large the
/// whole is; a page that is written becomes a copy of its own.
class LazyMemory {
 public:
  LazyMemory() = default;
  /// `bytes` of memory, at the start of a page. The pattern starts anew at the start of some page after its end (it
  /// may be cut off there: elements of up to 4096 bytes stay whole), after an odd number of pages. Throws
  /// std::bad_alloc.
  explicit LazyMemory(uint64_t bytes, std::span<const std::byte> pattern = {});
  ~LazyMemory();
  LazyMemory(const LazyMemory&) = delete;
  LazyMemory& operator=(const LazyMemory&) = delete;

  std::byte* data() const { return data_; }

 private:
  void repeat(std::span<const std::byte> pattern);

  std::byte* data_ = nullptr;
  uint64_t bytes_ = 0;  // whole pages
};

}  // namespace vgpu
