// planted: an unsigned index that goes below zero becomes four thousand million
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:14 ro
// arg: f32[64]=undefined
// finds: out-of-bounds

__global__ void shift(const float* x, float* y) {
  const unsigned i = threadIdx.x;
  y[i] = x[i - 1];  // <- here
}
