// CUDA's own device headers on the virtual GPU: tests/headers/NAME.cu uses one family as people do, and what it
// computes is computed here again by plain means. The kernels' headers are as in planted/planted_case.h.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "tests/planted/planted_case.h"
#include "tests/planted/planted_run.h"
#include "vgpu/vgpu.h"

namespace {

const std::filesystem::path root = std::filesystem::path(TRITUTOR_SOURCE_DIR) / "tests" / "headers";

/// Runs a kernel, of which there must be no finding.
planted::Buffers run(const char* file) {
  const planted::Case wanted = planted::read_case(root / file);
  planted::Buffers buffers;
  const vgpu::LaunchResult result = planted::run(wanted, &buffers);
  CHECK(result.completed);
  for (const vgpu::Finding& finding : result.findings)
    FAIL_CHECK(file << ":" << finding.line << ": " << name_of(finding.kind) << ": " << finding.message);
  return buffers;
}

template <class T>
std::vector<T> values(const planted::Buffers& buffers, const char* name) {
  const std::vector<std::byte>& bytes = buffers.at(name);
  std::vector<T> result(bytes.size() / sizeof(T));
  std::memcpy(result.data(), bytes.data(), bytes.size());
  return result;
}

/// Holds row `row` of `width` elements against want(i).
template <class T, class F>
void check_row(const std::vector<T>& got, int row, int width, F want, double tolerance = 0) {
  for (int i = 0; i < width; ++i) {
    const T expected = static_cast<T>(want(i)), found = got.at(static_cast<size_t>(row * width + i));
    const bool near = std::abs(static_cast<double>(found) - static_cast<double>(expected)) <= tolerance;
    CHECK_MESSAGE((found == expected || near), fmt::format("row {} element {}: {}, not {}", row, i, found, expected));
  }
}

/// The sum of f over [first, end).
template <class F>
int sum(int first, int end, F f) {
  int all = 0;
  for (int j = first; j < end; ++j) all += f(j);
  return all;
}

int identity(int j) { return j; }

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> c, uint32_t k0, uint32_t k1) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xd2511f53} * c[0], b = uint64_t{0xcd9e8d57} * c[2];
    c = {static_cast<uint32_t>(b >> 32) ^ c[1] ^ k0, static_cast<uint32_t>(b),
         static_cast<uint32_t>(a >> 32) ^ c[3] ^ k1, static_cast<uint32_t>(a)};
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  return c;
}

/// xorwow (Marsaglia, "Xorshift RNGs", 2003), seeded as cuRAND does.
struct Xorwow {
  std::array<uint32_t, 5> v{123456789, 362436069, 521288629, 88675123, 5783321};
  uint32_t d = 6615241;

  explicit Xorwow(uint64_t seed) {
    const uint32_t t0 = 1099087573u * (static_cast<uint32_t>(seed) ^ 0xaad26b49u);
    const uint32_t t1 = 2591861531u * (static_cast<uint32_t>(seed >> 32) ^ 0xf7dcefddu);
    v = {v[0] + t0, v[1] ^ t0, v[2] + t1, v[3] ^ t1, v[4] + t0};
    d += t1 + t0;
  }
  uint32_t next() {
    const uint32_t t = v[0] ^ (v[0] >> 2);
    v = {v[1], v[2], v[3], v[4], (v[4] ^ (v[4] << 4)) ^ (t ^ (t << 1))};
    return v[4] + (d += 362437);
  }
};

double uniform(uint32_t bits) { return (bits + 0.5) * 0x1p-32; }
/// The first of Box and Muller's two.
double normal(uint32_t a, uint32_t b) { return std::sqrt(-2 * std::log(uniform(a))) * std::sin(2 * M_PI * uniform(b)); }

}  // namespace

TEST_CASE("cooperative_groups: tiles of every size, reductions, scans, partitions") {
  const std::vector<int> out = values<int>(run("cooperative_groups.cu"), "out");
  int row = 0;
  for (const int size : {1, 2, 4, 8, 16, 32}) {
    check_row(out, row++, 256, [&](int i) {
      const int first = i / size * size;
      return sum(first, first + size, identity) + 100000 * (i / size) + (i % size == size - 1 ? 1000000 : 0);
    });
  }
  const auto warp = [](int i) { return i / 32 * 32; };
  check_row(out, row++, 256, [](int i) { return i / 128 * 128 + 127 + 1000 * (i / 128); });
  check_row(out, row++, 256, [&](int i) { return sum(warp(i), i + 1, identity); });
  check_row(out, row++, 256, [&](int i) { return sum(warp(i), i, identity); });
  check_row(out, row++, 256, [&](int i) {
    return sum(warp(i), warp(i) + 32, [&](int j) { return j % 5 == i % 5 ? j : 0; }) +
           10000 * sum(warp(i), i, [&](int j) { return j % 5 == i % 5; });
  });
  check_row(out, row++, 256, [&](int i) { return warp(i) + (i & 4) + 16000; });
  check_row(out, row++, 256, [&](int i) {
    if (i % 3 != 0) return -1;
    return sum(warp(i), i + 1, [](int j) { return j % 3 == 0 ? j : 0; }) +
           100000 * sum(warp(i), warp(i) + 32, [](int j) { return j % 3 == 0; });
  });
}

TEST_CASE("cooperative_groups: grid.sync() where the grid fits on the device") {
  const std::vector<int> ring = values<int>(run("grid_sync.cu"), "ring");
  check_row(ring, 0, 8448, [](int i) { return (i + 1000) % 8448; });
}

TEST_CASE("cooperative_groups: memcpy_async and wait_prior") {
  const std::vector<int> y = values<int>(run("memcpy_async.cu"), "y");
  for (int block = 0; block < 2; ++block) {
    check_row(y, block, 128, [&](int i) { return sum(0, 4, [&](int t) { return 512 * block + 128 * t + 127 - i; }); });
  }
}

TEST_CASE("cuda_fp16: operators and intrinsics") {
  const std::vector<float> out = values<float>(run("cuda_fp16.cu"), "out");
  check_row(out, 0, 32, [](int i) { return 0.5 * i + 0.5; });
  check_row(out, 1, 32, [](int i) { return i - 0.5; });
  check_row(out, 2, 32, [](int i) { return i > 15; });
  check_row(
      out, 3, 32, [](int i) { return i * i + 0.5; }, 0.25);  // half an ulp from 512 on
  check_row(out, 4, 32, [](int i) { return i + 0.25; });
  check_row(out, 5, 32, [](int i) { return 2 * i + 0.5; });
  check_row(out, 6, 32, [](int) { return 1.5; });
  check_row(out, 7, 32, [](int i) { return i + i / 2; });
}

TEST_CASE("cuda_bf16: operators and intrinsics") {
  const std::vector<float> out = values<float>(run("cuda_bf16.cu"), "out");
  check_row(out, 0, 32, [](int i) { return i + 0.25; });
  check_row(out, 1, 32, [](int i) { return 0.25 * i - 0.25; });
  check_row(out, 2, 32, [](int i) { return i >= 15; });
  check_row(out, 3, 32, [](int i) { return 0.25 * i + 1; });
  check_row(out, 4, 32, [](int i) { return i + 1 + 125; });
  check_row(out, 5, 32, [](int i) { return 256 + (i + (i / 2 % 2 == 1 && i % 2 == 1)) / 2 * 2; });
}

TEST_CASE("cuda/std and cuda/atomic") {
  const planted::Buffers buffers = run("cuda_std.cu");
  const std::vector<int> out = values<int>(buffers, "out");
  check_row(out, 0, 256, [](int i) { return 10 * i + 3 + 4 + 5 + 6 + 7; });
  check_row(out, 1, 256, [](int i) { return (i % 2 == 1 ? i : -1) + 1000; });
  check_row(out, 2, 256, [](int i) { return i * i - 1 + 100000 * std::popcount(static_cast<unsigned>(i)); });
  check_row(out, 3, 256, [](int i) { return sum(i / 128 * 128, i / 128 * 128 + 128, identity); });
  check_row(out, 4, 256, [](int i) { return i / 128 * 128 + 127; });
  CHECK(values<int>(buffers, "total") == std::vector<int>{256});
}

TEST_CASE("cuda/barrier and cuda/pipeline: mbarriers in shared memory") {
  const std::vector<int> y = values<int>(run("cuda_barrier.cu"), "y");
  for (int block = 0; block < 2; ++block) {
    check_row(y, 2 * block, 128, [&](int i) { return 512 * block + 127 - i; });
    check_row(y, 2 * block + 1, 128,
              [&](int i) { return sum(0, 4, [&](int t) { return 512 * block + 128 * t + 127 - i; }); });
  }
}

TEST_CASE("cub: a block's and a warp's primitives") {
  const planted::Buffers buffers = run("cub.cu");
  const std::vector<int> tiles = values<int>(buffers, "tiles"), warps = values<int>(buffers, "warps");
  const std::vector<int> sums = values<int>(buffers, "sums");
  for (int block = 0; block < 2; ++block) {
    const int first = 512 * block;
    check_row(tiles, block, 512, [&](int i) { return sum(first, first + i, identity); });
    std::vector<int> sorted(512);
    std::iota(sorted.begin(), sorted.end(), first);
    for (int& v : sorted) v = v * 7919 % 1009 - 500;
    std::sort(sorted.begin(), sorted.end());
    check_row(tiles, 2 + block, 512, [&](int i) { return sorted[static_cast<size_t>(i)]; });
    check_row(warps, block, 128, [&](int i) { return sum(i / 32 * 32, i + 1, identity); });
    CHECK(sums[static_cast<size_t>(block)] == sum(first, first + 512, identity));
    CHECK(sums[static_cast<size_t>(2 + block)] == sum(8, 16, identity));
  }
}

TEST_CASE("curand_kernel: Philox and XORWOW") {
  const planted::Buffers buffers = run("curand.cu");
  const std::vector<uint32_t> counter = values<uint32_t>(buffers, "philox"),
                              shifts = values<uint32_t>(buffers, "xorwow");
  const std::vector<float> floats = values<float>(buffers, "floats");
  for (uint32_t i = 0; i < 32; ++i) {
    CAPTURE(i);
    const auto four = philox({i, 0, i, 0}, 0x89abcdef, 0x01234567);
    const auto after = philox({i + 1, 0, i, 0}, 0x89abcdef, 0x01234567);
    for (size_t k = 0; k < 4; ++k) CHECK(counter[4 * i + k] == four[k]);
    CHECK(floats[4 * i] == doctest::Approx(uniform(after[0])).epsilon(1e-6));
    CHECK(floats[4 * i + 1] == doctest::Approx(normal(after[1], after[2])).epsilon(1e-4));

    Xorwow state(1000 + i);
    for (uint32_t skipped = 0; skipped < i; ++skipped) state.next();
    CHECK(shifts[4 * i] == state.next());
    CHECK(shifts[4 * i + 1] == state.next());
    CHECK(floats[4 * i + 2] == doctest::Approx(uniform(state.next())).epsilon(1e-6));
    CHECK(std::abs(floats[4 * i + 3]) < 6);
  }
  // Sequences of one seed have nothing in common, and the first is the seed's own.
  Xorwow first(7);
  CHECK(shifts[2] == first.next());
  CHECK(floats[3] == doctest::Approx([&] {
                       const uint32_t a = first.next();
                       return normal(a, first.next());
                     }())
                         .epsilon(1e-4));
  for (uint32_t i = 1; i < 32; ++i) CHECK(shifts[4 * i + 2] != shifts[2]);
}
