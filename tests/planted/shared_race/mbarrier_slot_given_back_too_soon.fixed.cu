// fixed: it gives the slot back once it has read it
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[256]=iota ro
// arg: i32[32]=undefined

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

__global__ void sum_of_rows(const int* x, int* y) {
  __shared__ __mbarrier_t full[2], empty[2];
  __shared__ int slot[2][32];
  const int lane = threadIdx.x % 32;
  if (threadIdx.x < 2) {
    __mbarrier_init(&full[threadIdx.x], 32);
    __mbarrier_init(&empty[threadIdx.x], 32);
  }
  __syncthreads();
  if (threadIdx.x < 32) {
    for (int row = 0; row < 8; ++row) {
      while (row >= 2 && !is_complete(&empty[row % 2], (row / 2 - 1) % 2)) {
      }
      slot[row % 2][lane] = x[row * 32 + lane];
      __mbarrier_arrive(&full[row % 2]);
    }
  } else {
    int sum = 0;
    for (int row = 0; row < 8; ++row) {
      while (!is_complete(&full[row % 2], row / 2 % 2)) {
      }
      sum += slot[row % 2][31 - lane];
      __mbarrier_arrive(&empty[row % 2]);
    }
    y[lane] = sum;
  }
}
