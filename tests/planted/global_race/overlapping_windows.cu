// planted: blocks overlap by a halo and write their halos too
// launch: grid 3,1,1 block 34,1,1 shared 0
// arg: f32[98]=uniform:9 ro
// arg: f32[98]=zeros
// finds: race

__global__ void ramp(const float* x, float* y) {
  const int t = threadIdx.x;
  const int i = blockIdx.x * 32 + t;
  const float weight = t == 0 || t == 33 ? 0.5f : 1.0f;
  y[i] = weight * x[i];  // <- here
}
