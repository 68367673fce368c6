// fixed: it waits for as many as there are
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: i32[128]=iota ro
// arg: i32[128]=undefined

#include <cuda_awbarrier_primitives.h>

__global__ void reverse(const int* x, int* y) {
  __shared__ __mbarrier_t bar;
  __shared__ int tile[64];
  const int first = blockIdx.x * blockDim.x;
  if (threadIdx.x == 0) __mbarrier_init(&bar, blockDim.x);
  __syncthreads();
  tile[threadIdx.x] = x[first + threadIdx.x];
  const __mbarrier_token_t token = __mbarrier_arrive(&bar);
  while (!__mbarrier_test_wait(&bar, token)) {
  }
  y[first + threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
}
