// fixed: the two warps meet at a barrier with a name and a count, which may stand in two places
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:15 ro
// arg: f32[64]=undefined

__device__ void meet() { asm volatile("bar.sync 1, 64;" ::: "memory"); }

__global__ void swap_warps(const float* x, float* y) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  if (t < 32) {
    tile[t] = x[t];
    meet();
    y[t] = tile[t + 32];
  } else {
    tile[t] = 2.0f * x[t];
    meet();
    y[t] = tile[t - 32] + 1.0f;
  }
}
