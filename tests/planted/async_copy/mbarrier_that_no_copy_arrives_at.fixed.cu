// fixed: the copies arrive as well
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[64]=undefined

#include <cuda_awbarrier_primitives.h>
#include <cuda_pipeline_primitives.h>

__global__ void reverse(const int* x, int* y) {
  __shared__ __mbarrier_t full;
  __shared__ int tile[64];
  if (threadIdx.x == 0) __mbarrier_init(&full, blockDim.x);
  __syncthreads();
  __pipeline_memcpy_async(&tile[threadIdx.x], &x[threadIdx.x], sizeof(int));
  __pipeline_arrive_on(&full);
  const __mbarrier_token_t token = __mbarrier_arrive(&full);
  while (!__mbarrier_test_wait(&full, token)) {
  }
  y[threadIdx.x] = tile[63 - threadIdx.x];
}
