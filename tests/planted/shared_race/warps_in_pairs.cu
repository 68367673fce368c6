// planted: pairs of warps have a barrier of their own; the sum takes all four warps' slots
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[128]=uniform:20 ro
// arg: f32[2]=undefined
// finds: race
// also: uninitialized

__global__ void pair_sums(const float* x, float* sums) {
  __shared__ float of_warp[4];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  float v = x[threadIdx.x];
  for (int step = 16; step > 0; step /= 2) v += __shfl_xor_sync(0xffffffff, v, step);
  if (lane == 0) of_warp[warp] = v;  // <- and here
  asm volatile("bar.sync %0, 64;" ::"r"(1 + warp / 2) : "memory");
  if (lane == 0 && warp % 2 == 0) {
    sums[warp / 2] = of_warp[warp] + of_warp[(warp + 3) % 4];  // <- here
  }
}
