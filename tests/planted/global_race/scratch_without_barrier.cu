// planted: values go through a global scratch to the next warp without a barrier
// launch: grid 1,1,1 block 96,1,1 shared 0
// arg: f32[96]=uniform:7 ro
// arg: f32[96]=zeros
// arg: f32[96]=undefined
// finds: race

__global__ void shift(const float* x, float* scratch, float* y) {
  const int t = threadIdx.x;
  scratch[t] = 2.0f * x[t];                 // <- and here
  y[t] = t >= 32 ? scratch[t - 32] : 0.0f;  // <- here
}
