// fixed: the barrier counts the block
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[128]=uniform:3 ro
// arg: f32[128]=undefined

__global__ void reverse(const float* x, float* y) {
  __shared__ float tile[128];
  const int t = threadIdx.x;
  tile[t] = x[t];
  asm volatile("bar.sync 0, 128;" ::: "memory");
  y[t] = tile[127 - t];
}
