// silent: one warp waits for another at a volatile flag in shared memory, with fences around the data
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[32]=uniform:16 ro
// arg: f32[32]=undefined

__global__ void relay(const float* x, float* y) {
  __shared__ float tile[32];
  __shared__ int flag;
  const int lane = threadIdx.x % 32;
  if (threadIdx.x == 0) flag = 0;
  __syncthreads();
  if (threadIdx.x < 32) {
    static_cast<volatile float*>(tile)[lane] = 3.0f * x[lane];
    __threadfence_block();
    __syncwarp();
    if (lane == 0) *static_cast<volatile int*>(&flag) = 1;
  } else {
    while (*static_cast<volatile int*>(&flag) == 0) {
    }
    __threadfence_block();
    y[lane] = static_cast<volatile float*>(tile)[31 - lane];
  }
}
