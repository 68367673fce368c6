// planted: the barrier waits for one arrival more than there are threads
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: i32[128]=iota ro
// arg: i32[128]=undefined
// finds: barrier

#include <cuda_awbarrier_primitives.h>

__global__ void reverse(const int* x, int* y) {
  __shared__ __mbarrier_t bar;
  __shared__ int tile[64];
  const int first = blockIdx.x * blockDim.x;
  if (threadIdx.x == 0) __mbarrier_init(&bar, blockDim.x + 1);
  __syncthreads();
  tile[threadIdx.x] = x[first + threadIdx.x];
  const __mbarrier_token_t token = __mbarrier_arrive(&bar);
  while (!__mbarrier_test_wait(&bar, token)) {  // <- here
  }
  y[first + threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
}
