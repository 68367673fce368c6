// Kernels as Triton 3.6 compiles them for sm_80, from end to end: tests/fixtures/ptx.

#include <bit>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

std::string fixture(const std::string& name) {
  std::ifstream file(TRITUTOR_SOURCE_DIR "/tests/fixtures/ptx/triton-3.6-" + name + "_sm80.ptx");
  REQUIRE_MESSAGE(file.good(), name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

constexpr uint64_t kNoScratch = 0;

/// Values of many sizes and both signs, the same every time.
std::vector<float> noise(size_t count) {
  std::vector<float> values(count);
  uint32_t state = 12345;
  for (float& v : values) {
    state = state * 1664525u + 1013904223u;
    v = static_cast<float>(static_cast<int32_t>(state)) * 0x1p-28f;  // -8 to 8
  }
  return values;
}

/// Philox 4x32 with 10 rounds, from the paper (Salmon et al., SC 2011): the first word of counter {offset, 0, 0, 0}.
uint32_t philox(uint64_t seed, uint32_t offset) {
  uint32_t counter[4] = {offset, 0, 0, 0};
  uint32_t key[2] = {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * counter[0], b = uint64_t{0xCD9E8D57} * counter[2];
    const uint32_t next[4] = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
                              static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
    std::memcpy(counter, next, sizeof(counter));
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter[0];
}

}  // namespace

TEST_CASE("Triton's vector addition, bit for bit, with a last block that is cut off") {
  constexpr int32_t kCount = 5000;
  const auto x = noise(kCount + 7), y = noise(kCount);
  Machine m(fixture("add"));
  m.kernel = "add_k";
  std::vector<float> shifted(x.begin() + 7, x.end());
  const Address a = m.buffer("x", shifted, Access::read_only), b = m.buffer("y", y, Access::read_only),
                out = m.zeros<float>("out", kCount);
  m.run(5, 128, a, b, out, kCount, kNoScratch, kNoScratch);
  const auto got = m.values<float>(out);
  for (size_t i = 0; i < kCount; ++i) CHECK(got[i] == shifted[i] + y[i]);
}

TEST_CASE("Triton's softmax: rows of 1000 with a stride of 1010") {
  constexpr int32_t kRows = 5, kColumns = 1000, kStride = 1010;
  const auto x = noise(kRows * kStride);
  Machine m(fixture("softmax"));
  m.kernel = "soft_k";
  m.dynamic_shared = 16;  // a word for each of the 4 warps
  const Address from = m.buffer("x", x), to = m.zeros<float>("out", kRows * kStride);
  m.run(kRows, 128, from, to, kStride, kColumns, kNoScratch, kNoScratch);
  const auto got = m.values<float>(to);
  for (size_t r = 0; r < kRows; ++r) {
    const float* row = &x[r * kStride];
    double sum = 0;
    for (int i = 0; i < kColumns; ++i) sum += std::exp(static_cast<double>(row[i]));
    for (size_t i = 0; i < kStride; ++i) {
      const double expected = i < kColumns ? std::exp(static_cast<double>(row[i])) / sum : 0;
      CHECK(std::abs(got[r * kStride + i] - expected) <= 2e-6 * expected);
    }
  }
}

TEST_CASE("Triton's argmax: the first of equal maxima, wherever it is") {
  constexpr int32_t kCount = 900;
  Machine m(fixture("argmax"));
  m.kernel = "argmax_k";
  m.dynamic_shared = 32;
  for (const size_t at : {0u, 1u, 31u, 32u, 127u, 128u, 500u, 899u}) {
    auto x = noise(kCount);
    x[at] = 100;
    if (at < 800) x[at + 99] = 100;
    const Address from = m.buffer("x", x), to = m.zeros<int32_t>("out", 1);
    m.run(1, 128, from, to, kCount, kNoScratch, kNoScratch);
    CHECK(m.values<int32_t>(to)[0] == static_cast<int32_t>(at));
  }
}

TEST_CASE("Triton's dropout, bit for bit: Philox and the comparison with p") {
  constexpr int32_t kCount = 3000;
  const auto x = noise(kCount);
  Machine m(fixture("dropout"));
  m.kernel = "drop_k";
  for (const int32_t seed : {0, 123, -2}) {  // Triton widens the 32-bit seed with its sign
    for (const float p : {0.5f, 0.25f, 0.0f}) {
      const Address from = m.buffer("x", x), to = m.zeros<float>("out", kCount);
      m.run(3, 128, from, to, kCount, p, seed, kNoScratch, kNoScratch);
      const auto got = m.values<float>(to);
      size_t kept = 0;
      for (size_t i = 0; i < kCount; ++i) {
        auto word = static_cast<int32_t>(philox(static_cast<uint64_t>(int64_t{seed}), static_cast<uint32_t>(i)));
        if (word < 0) word = -word - 1;
        const bool keep = static_cast<float>(word) * std::bit_cast<float>(0x2fffffffu) > p;
        // p and 1 - p are powers of two, or 0.75: the approximate division is exact, or within 2 ulp.
        const float expected = keep ? x[i] / (1 - p) : 0;
        kept += keep;
        if (p == 0.25f) {
          CHECK(std::abs(got[i] - expected) <= std::abs(expected) * 0x1p-22f);
        } else {
          CHECK(std::bit_cast<uint32_t>(got[i]) == std::bit_cast<uint32_t>(expected));
        }
        CHECK((got[i] != 0) == (keep && x[i] != 0));
      }
      CHECK(std::abs(static_cast<double>(kept) / kCount - (1 - p)) < 0.05);
    }
  }
}
