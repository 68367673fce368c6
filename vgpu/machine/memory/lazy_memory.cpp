#include "vgpu/machine/memory/lazy_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace vgpu {

namespace {

// A short pattern is written out up to here first: each repetition of the piece is a mapping of its own.
constexpr uint64_t kLeastPiece = uint64_t{1} << 20;
constexpr uint64_t kMostPieces = 1024;

uint64_t page_bytes() {
  static const auto bytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

uint64_t whole_pages(uint64_t bytes) { return (bytes + page_bytes() - 1) / page_bytes() * page_bytes(); }

struct File {
  int descriptor;
  explicit File(int d) : descriptor(d) {}
  ~File() {
    if (descriptor >= 0) close(descriptor);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
};

std::byte* map(void* at, uint64_t bytes, int flags, int file) {
  void* memory = mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE | flags, file, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::byte*>(memory);
}

}  // namespace

LazyMemory::LazyMemory(uint64_t bytes, std::span<const std::byte> pattern)
    : data_(map(nullptr, whole_pages(std::max<uint64_t>(bytes, 1)), MAP_ANONYMOUS, -1)),
      bytes_(whole_pages(std::max<uint64_t>(bytes, 1))) {
  if (pattern.empty()) return;
  try {
    repeat(pattern);
  } catch (...) {
    munmap(data_, bytes_);
    throw;
  }
}

LazyMemory::~LazyMemory() {
  if (data_ != nullptr) munmap(data_, bytes_);
}

void LazyMemory::repeat(std::span<const std::byte> pattern) {
  // The piece holds the pattern as often as it fits, and is whole pages long; what lies past them is left out.
  const uint64_t least = std::max({kLeastPiece, whole_pages(bytes_ / kMostPieces), page_bytes()});
  const uint64_t times = std::max<uint64_t>((least + pattern.size() - 1) / pattern.size(), 1);
  uint64_t pages = times * pattern.size() / page_bytes();
  if (pages % 2 == 0 && pages > 1) --pages;  // an index that is wrong by a power of two is not to find the same value
  const uint64_t piece = std::min(pages * page_bytes(), bytes_);
  const File file(memfd_create("vgpu-buffer", MFD_CLOEXEC));
  if (file.descriptor < 0 || ftruncate(file.descriptor, static_cast<off_t>(piece)) != 0) throw std::bad_alloc();
  void* shared = mmap(nullptr, piece, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor, 0);
  if (shared == MAP_FAILED) throw std::bad_alloc();
  auto* to = static_cast<std::byte*>(shared);
  for (uint64_t at = 0; at < piece; at += pattern.size()) {
    std::memcpy(to + at, pattern.data(), std::min<uint64_t>(pattern.size(), piece - at));
  }
  munmap(shared, piece);
  for (uint64_t at = 0; at < bytes_; at += piece) {
    map(data_ + at, std::min(piece, bytes_ - at), MAP_FIXED, file.descriptor);
  }
}

}  // namespace vgpu
