// silent: one lane waits at the mbarrier for its warp, and tells it by a __syncwarp
// launch: grid 2,1,1 block 96,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[128]=undefined

#include <cuda_awbarrier_primitives.h>

/// Whether the phase of this parity is complete.
__device__ bool is_complete(__mbarrier_t* bar, unsigned parity) {
  const unsigned address = static_cast<unsigned>(__cvta_generic_to_shared(bar));
  unsigned complete;
  asm volatile(
      "{ .reg .pred p; mbarrier.test_wait.parity.shared.b64 p, [%1], %2; selp.b32 %0, 1, 0, p; }"
      : "=r"(complete)
      : "r"(address), "r"(parity)
      : "memory");
  return complete != 0;
}

__global__ void hand_over(const int* x, int* y) {
  __shared__ __mbarrier_t full;
  __shared__ int tile[32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  if (threadIdx.x == 0) __mbarrier_init(&full, 1);
  __syncthreads();
  if (warp == 0) {
    tile[lane] = x[blockIdx.x * 32 + lane];
    __syncwarp();
    if (lane == 0) __mbarrier_arrive(&full);
  } else {
    if (lane == 0) {
      while (!is_complete(&full, 0)) {
      }
    }
    __syncwarp();
    y[blockIdx.x * 64 + threadIdx.x - 32] = tile[31 - lane] + warp;
  }
}
