// silent: a barrier in shared memory, and a pipeline of copies (cuda/barrier, cuda/pipeline)
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: i32[1024]=iota ro
// arg: i32[512]=undefined

#include <cooperative_groups.h>
#include <cuda/barrier>
#include <cuda/pipeline>

#pragma nv_diag_suppress static_var_with_dynamic_init

__global__ void stages(const int* x, int* y) {
  __shared__ cuda::barrier<cuda::thread_scope_block> barrier;
  __shared__ cuda::pipeline_shared_state<cuda::thread_scope_block, 2> state;
  __shared__ int tile[2][128];
  const auto block = cooperative_groups::this_thread_block();
  const int i = threadIdx.x;
  const int* mine = x + 512 * blockIdx.x;
  if (i == 0) init(&barrier, blockDim.x);
  block.sync();

  tile[0][i] = mine[i];
  auto token = barrier.arrive();
  barrier.wait(std::move(token));
  const int reversed = tile[0][127 - i];
  barrier.arrive_and_wait();
  y[256 * blockIdx.x + i] = reversed;

  auto pipeline = cuda::make_pipeline(block, &state);
  const auto fetch = [&](int t) {
    pipeline.producer_acquire();
    cuda::memcpy_async(block, tile[t % 2], mine + 128 * t, sizeof(tile[0]), pipeline);
    pipeline.producer_commit();
  };
  int sum = 0;
  fetch(0);
  for (int t = 0; t < 4; ++t) {
    if (t < 3) fetch(t + 1);
    pipeline.consumer_wait();
    sum += tile[t % 2][127 - i];
    pipeline.consumer_release();
  }
  y[256 * blockIdx.x + 128 + i] = sum;
}
