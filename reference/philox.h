#pragma once
// Philox 4x32 with 10 rounds: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

#include <array>
#include <cstdint>

namespace reference {

/// Four random words from a counter of four words and a key of two.
std::array<uint32_t, 4> philox4x32_10(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// Uniform in [0, 1): Triton's tl.rand(seed, offset), and rand(seed, offset) of tritutor.cuh, bit for bit.
float triton_rand(uint64_t seed, uint32_t offset);

/// A random word as a float in [0, 1): the absolute value of x as a signed integer (-x - 1 where negative) times the
/// largest f32 below 2^-31, so that even 2^31 - 1, rounded up to 2^31, stays below 1.
float uint_to_uniform_float(uint32_t x);

}  // namespace reference
