// planted: all lanes store the sum that each has rounded in its own way
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:6 ro
// arg: f32[32]=undefined
// finds: race

__global__ void sum_squares(const float* x, float* out) {
  __shared__ float s[1];
  const float v = x[threadIdx.x];
  float t = fmaf(v, v, __shfl_xor_sync(0xffffffffu, v * v, 16));
  for (int d = 8; d > 0; d >>= 1) t += __shfl_xor_sync(0xffffffffu, t, d);
  s[0] = t;  // <- here
  __syncthreads();
  out[threadIdx.x] = s[0];
}
