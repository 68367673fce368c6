// fixed: each half names itself
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:5 ro
// arg: f32[32]=undefined

__global__ void half_sum(const float* x, float* y) {
  const int t = threadIdx.x;
  const unsigned half = t < 16 ? 0x0000ffff : 0xffff0000;
  float v = x[t];
  for (int step = 8; step > 0; step /= 2) {
    v += __shfl_xor_sync(half, v, step);
  }
  y[t] = v;
}
