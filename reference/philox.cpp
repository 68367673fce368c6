#include "reference/philox.h"

namespace reference {
namespace {

struct Wide {
  uint32_t high, low;
};

Wide multiply(uint32_t a, uint32_t b) {
  const uint64_t product = static_cast<uint64_t>(a) * b;
  return {static_cast<uint32_t>(product >> 32), static_cast<uint32_t>(product)};
}

}  // namespace

std::array<uint32_t, 4> philox4x32_10(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const Wide p0 = multiply(0xD2511F53u, counter[0]);
    const Wide p1 = multiply(0xCD9E8D57u, counter[2]);
    counter = {p1.high ^ counter[1] ^ key[0], p1.low, p0.high ^ counter[3] ^ key[1], p0.low};
    key[0] += 0x9E3779B9u;  // the golden ratio
    key[1] += 0xBB67AE85u;  // sqrt(3) - 1
  }
  return counter;
}

float uint_to_uniform_float(uint32_t x) {
  const auto word = static_cast<int32_t>(x);
  return static_cast<float>(word < 0 ? -(word + 1) : word) * 4.6566127342e-10f;
}

float triton_rand(uint64_t seed, uint32_t offset) {
  const std::array<uint32_t, 2> key = {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
  return uint_to_uniform_float(philox4x32_10({offset, 0, 0, 0}, key)[0]);
}

}  // namespace reference
