// planted: a barrier number made from the warp number, in a block of more warps than barriers
// launch: grid 1,1,1 block 544,1,1 shared 0
// arg: f32[544]=uniform:6 ro
// arg: f32[544]=undefined
// finds: barrier

__global__ void mirror_in_warp(const float* x, float* y) {
  __shared__ float tile[544];
  const int t = threadIdx.x;
  const int barrier = t / 32;
  const int count = 32;
  tile[t] = x[t];
  asm volatile("bar.sync %0, %1;" ::"r"(barrier), "r"(count) : "memory");  // <- here
  y[t] = tile[t ^ 31];
}
