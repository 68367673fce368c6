#pragma once
// What every kernel file includes: the launch plan, the problem's sizes, and small helpers.
// Everything here is device code; the tutor runs launch() on the virtual GPU to learn the grid.

#include <tritutor_problem.cuh>  // struct Problem: the sizes and scalars of this exercise, made by the tutor

#ifndef INFINITY  // NVRTC compiles without the host's <cmath>
#define INFINITY (1.0f / 0.0f)
#endif

/// ceil(a / b) for integers of any type, b above 0: how many blocks of b cover a elements. Triton's triton.cdiv. Unlike
/// (a + b - 1) / b it is right up to the largest a.
template <class A, class B>
__host__ __device__ constexpr auto cdiv(A a, B b) -> decltype(a % b) {
  return a / b + (a % b > 0);
}

/// The steps of a launch, run one after the other with the same arguments.
struct Plan {
  static constexpr int max_steps = 16;
  static constexpr int max_name = 64;  // bytes, the closing zero included

  struct Step {
    char kernel[max_name];
    unsigned grid[3];
    unsigned block[3];
    unsigned shared_bytes;
  };

  Step steps[max_steps];
  int count;                         // steps asked for, more than max_steps is an error the tutor reports
  unsigned long long scratch_bytes;  // size of the scratch buffer, 0: none

  /// Adds a step: kernel<<<grid, block, shared_bytes>>>(arguments...).
  __device__ void run(const char* kernel, dim3 grid, dim3 block, unsigned shared_bytes = 0) {
    if (count < max_steps) {
      Step& step = steps[count];
      int i = 0;
      for (; kernel[i] != 0 && i + 1 < max_name; ++i) step.kernel[i] = kernel[i];
      step.kernel[i] = 0;
      step.grid[0] = grid.x, step.grid[1] = grid.y, step.grid[2] = grid.z;
      step.block[0] = block.x, step.block[1] = block.y, step.block[2] = block.z;
      step.shared_bytes = shared_bytes;
    }
    ++count;
  }

  /// Asks for one scratch buffer. A kernel that wants it takes one more pointer after the exercise's arguments.
  __device__ void scratch(unsigned long long bytes) { scratch_bytes = bytes; }
};

/// Uniform in [0, 1): the value of Triton's tl.rand(seed, offset), bit for bit.
/// Philox 4x32 with 10 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
__device__ inline float rand(unsigned long long seed, unsigned offset) {
  unsigned c0 = offset, c1 = 0, c2 = 0, c3 = 0;
  unsigned k0 = static_cast<unsigned>(seed), k1 = static_cast<unsigned>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const unsigned long long p0 = 0xD2511F53ull * c0;
    const unsigned long long p1 = 0xCD9E8D57ull * c2;
    const unsigned next0 = static_cast<unsigned>(p1 >> 32) ^ c1 ^ k0;
    const unsigned next2 = static_cast<unsigned>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<unsigned>(p1);
    c3 = static_cast<unsigned>(p0);
    c0 = next0;
    c2 = next2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  int x = static_cast<int>(c0);
  if (x < 0) x = -x - 1;  // 2^32 integers onto [0, 2^31)
  return static_cast<float>(x) * 4.6566127342e-10f;
}

// Sums and maxima over a warp and over a block, for every exercise after the one that writes them by hand (2.1).
namespace tutor {

constexpr unsigned full_warp = 0xffffffffu;

/// Sum over the warp, in every lane: five exchanges at the distances 16, 8, 4, 2, 1. All 32 lanes must call.
__device__ inline float warp_sum(float v) {
  for (int distance = 16; distance > 0; distance /= 2) v += __shfl_xor_sync(full_warp, v, distance);
  return v;
}

/// Maximum over the warp, in every lane. All 32 lanes must call.
__device__ inline float warp_max(float v) {
  for (int distance = 16; distance > 0; distance /= 2) v = fmaxf(v, __shfl_xor_sync(full_warp, v, distance));
  return v;
}

/// Ends the launch where a block is not of whole warps: lanes that are not there would be summed.
__device__ inline void whole_warps(const char* caller) {
  if (blockDim.x % 32 != 0)
    __assertfail("the block has whole warps: a multiple of 32 threads", "tritutor.cuh", __LINE__, caller, 1);
}

/// Sum over a one-dimensional block of whole warps, in every thread. All threads must call: it waits at barriers.
__device__ inline float block_sum(float v) {
  __shared__ float of_warp[32];
  whole_warps("tutor::block_sum");
  const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  v = warp_sum(v);
  __syncthreads();  // the readers of an earlier call are done with of_warp
  if (lane == 0) of_warp[warp] = v;
  __syncthreads();
  return warp_sum(lane < blockDim.x / 32 ? of_warp[lane] : 0.0f);
}

/// Maximum over a one-dimensional block of whole warps, in every thread. All threads must call.
__device__ inline float block_max(float v) {
  __shared__ float of_warp[32];
  whole_warps("tutor::block_max");
  const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  v = warp_max(v);
  __syncthreads();
  if (lane == 0) of_warp[warp] = v;
  __syncthreads();
  return warp_max(lane < blockDim.x / 32 ? of_warp[lane] : of_warp[0]);
}

}  // namespace tutor
