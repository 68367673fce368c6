// fixed: lanes without a partner keep their own sum
// launch: grid 1,1,1 block 48,1,1 shared 0
// arg: f32[48]=uniform:23 ro
// arg: f32[2]=undefined

__global__ void warp_sums(const float* x, float* sums) {
  const int t = threadIdx.x;
  const int lanes = min(32, static_cast<int>(blockDim.x) - t / 32 * 32);
  float v = x[t];
  for (int step = 16; step > 0; step /= 2) {
    const float other = __shfl_down_sync(0xffffffff, v, step);
    if (t % 32 + step < lanes) v += other;
  }
  if (t % 32 == 0 && lanes > 0) {
    sums[t / 32] = v;
  }
}
