#include "vgpu/machine/memory/lazy_memory.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <vector>

using namespace vgpu;

namespace {

/// Pages of a range that lie in memory.
size_t resident_pages(const std::byte* from, uint64_t bytes) {
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> in((bytes + page - 1) / page);
  REQUIRE(mincore(const_cast<std::byte*>(from), bytes, in.data()) == 0);
  size_t count = 0;
  for (const unsigned char each : in) count += each & 1;
  return count;
}

std::vector<std::byte> numbers(size_t count) {
  std::vector<std::byte> bytes(count * 4);
  for (uint32_t i = 0; i < count; ++i) std::memcpy(&bytes[i * 4], &i, 4);
  return bytes;
}

uint32_t at(const LazyMemory& memory, uint64_t index) {
  uint32_t value = 0;
  std::memcpy(&value, memory.data() + index * 4, 4);
  return value;
}

}  // namespace

TEST_CASE("memory that nobody touched is zero and takes no pages") {
  constexpr uint64_t bytes = uint64_t{8} << 30;
  const LazyMemory memory(bytes);
  CHECK(at(memory, 0) == 0);
  CHECK(at(memory, bytes / 4 - 1) == 0);
  memory.data()[bytes / 2] = std::byte{7};
  CHECK(resident_pages(memory.data(), bytes) <= 3 * 512);  // a page may be one of 2 MiB
}

TEST_CASE("a pattern is found again and again, up to the last byte") {
  constexpr size_t count = (3 << 18) + 1024;  // 3 MiB and a page: an odd number of whole pages, no seam
  const LazyMemory memory(uint64_t{1} << 30, numbers(count));
  for (const uint64_t i : {uint64_t{0}, uint64_t{1}, uint64_t{count - 1}, uint64_t{count}, uint64_t{5 * count + 17},
                           (uint64_t{1} << 28) - 1})
    CHECK(at(memory, i) == i % count);
}

TEST_CASE("a pattern of an even number of pages loses its last one: powers of two apart lie other elements") {
  constexpr size_t count = 1 << 18;  // 256 pages
  const LazyMemory memory(uint64_t{1} << 30, numbers(count));
  for (const uint64_t i : {uint64_t{5}, uint64_t{count} - 1024, uint64_t{7} * count})
    CHECK(at(memory, i) == i % (count - 1024));
  for (int bits = 12; bits < 28; ++bits) CHECK(at(memory, 5 + (uint64_t{1} << bits)) != 5);
}

TEST_CASE("a short pattern of odd length repeats, and no element of it is torn") {
  constexpr size_t count = 997;
  const LazyMemory memory(uint64_t{64} << 20, numbers(count));
  for (uint64_t i = 0; i < 3 * count; ++i) REQUIRE(at(memory, i) == i % count);
  size_t steps = 0;  // from one element to the one that follows it in the pattern
  constexpr uint64_t all = uint64_t{16} << 20;
  for (uint64_t i = 1; i < all; ++i) steps += at(memory, i) == (at(memory, i - 1) + 1) % count ? 1 : 0;
  CHECK(steps >= all - 1 - 64);  // a seam for each MiB at the most
}

TEST_CASE("a pattern longer than the memory is cut off, a write is seen in its place only") {
  const LazyMemory memory(100, numbers(5000));
  CHECK(at(memory, 24) == 24);
  constexpr size_t count = (1 << 18) + 1024;
  const LazyMemory two(uint64_t{4} << 20, numbers(count));
  two.data()[0] = std::byte{0xff};
  CHECK(at(two, 0) == 0xff);
  CHECK(at(two, count) == 0);
}

TEST_CASE("more than the address space holds is refused") {
  CHECK_THROWS_AS(LazyMemory(uint64_t{1} << 60), std::bad_alloc);
  CHECK_THROWS_AS(LazyMemory(uint64_t{1} << 60, numbers(1000)), std::bad_alloc);
}
