// planted: lanes of the upper half shuffle under a mask that names the lower half only
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:5 ro
// arg: f32[32]=undefined
// finds: barrier

__global__ void half_sum(const float* x, float* y) {
  const int t = threadIdx.x;
  const unsigned half = 0x0000ffff;
  float v = x[t];
  for (int step = 8; step > 0; step /= 2) {
    v += __shfl_xor_sync(half, v, step);  // <- here
  }
  y[t] = v;
}
