// fixed: warps in pairs share a barrier
// launch: grid 1,1,1 block 544,1,1 shared 0
// arg: f32[544]=uniform:6 ro
// arg: f32[544]=undefined

__global__ void mirror_in_warp(const float* x, float* y) {
  __shared__ float tile[544];
  const int t = threadIdx.x;
  const int barrier = 1 + t / 64;
  const int count = t < 512 ? 64 : 32;
  tile[t] = x[t];
  asm volatile("bar.sync %0, %1;" ::"r"(barrier), "r"(count) : "memory");
  y[t] = tile[t ^ 31];
}
