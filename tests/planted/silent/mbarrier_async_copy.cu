// silent: copies from global to shared memory that arrive at an mbarrier by themselves
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[256]=iota ro
// arg: i32[64]=undefined

#include <cuda_awbarrier_primitives.h>
#include <cuda_pipeline_primitives.h>

__global__ void sum_of_rows(const int* x, int* y) {
  __shared__ __mbarrier_t full;
  __shared__ int tile[4][64];
  if (threadIdx.x == 0) __mbarrier_init(&full, blockDim.x);
  __syncthreads();
  for (int row = 0; row < 4; ++row) {
    __pipeline_memcpy_async(&tile[row][threadIdx.x], &x[row * 64 + threadIdx.x], sizeof(int));
  }
  __pipeline_arrive_on(&full);
  const __mbarrier_token_t token = __mbarrier_arrive(&full);
  while (!__mbarrier_test_wait(&full, token)) {
  }
  int sum = 0;
  for (int row = 0; row < 4; ++row) sum += tile[row][63 - threadIdx.x];
  y[threadIdx.x] = sum;
}
