// planted: an assertion about the input that the input does not keep
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:1:-1:1 ro
// arg: f32[64]=undefined
// finds: assertion

__global__ void root(const float* x, float* y) {
  const float value = x[threadIdx.x];
  assert(value >= 0.0f);  // <- here
  y[threadIdx.x] = sqrtf(value);
}
