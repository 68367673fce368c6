// fixed: the square root of what is below zero is zero
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:1:-1:1 ro
// arg: f32[64]=undefined

__global__ void root(const float* x, float* y) {
  const float value = x[threadIdx.x];
  y[threadIdx.x] = value >= 0.0f ? sqrtf(value) : 0.0f;
}
