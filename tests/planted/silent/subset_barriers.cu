// silent: the first two warps meet at a barrier of their own, all four at the block's afterwards
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: f32[256]=uniform:27 ro
// arg: f32[256]=undefined

__global__ void stages(const float* x, float* y) {
  __shared__ float low[64];
  __shared__ float high[128];
  const int t = threadIdx.x;
  const int i = blockIdx.x * 128 + t;
  high[t] = x[i];
  if (t < 64) {
    low[t] = 2.0f * x[i];
    asm volatile("bar.sync 1, 64;" ::: "memory");
    const float v = low[63 - t];
    asm volatile("bar.sync 1, 64;" ::: "memory");
    low[t] = v + 1.0f;
  }
  __syncthreads();
  y[i] = low[t % 64] + high[127 - t];
}
