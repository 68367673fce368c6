// planted: a thread arrives and reads its neighbour's element without waiting
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[64]=undefined
// finds: race
// also: uninitialized

#include <cuda_awbarrier_primitives.h>

__global__ void reverse(const int* x, int* y) {
  __shared__ __mbarrier_t bar;
  __shared__ int tile[64];
  if (threadIdx.x == 0) __mbarrier_init(&bar, blockDim.x);
  __syncthreads();
  tile[threadIdx.x] = x[threadIdx.x];  // <- and here
  const __mbarrier_token_t token = __mbarrier_arrive(&bar);
  y[threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];  // <- here
  while (!__mbarrier_test_wait(&bar, token)) {
  }
}
