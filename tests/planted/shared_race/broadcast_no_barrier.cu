// planted: one thread computes a mean for all, and nobody waits for it
// launch: grid 1,1,1 block 96,1,1 shared 0
// arg: f32[96]=uniform:13 ro
// arg: f32[96]=undefined
// finds: race
// also: uninitialized

__global__ void center(const float* x, float* y) {
  __shared__ float mean;
  const int t = threadIdx.x;
  if (t == 0) {
    float s = 0.0f;
    for (int k = 0; k < 96; ++k) s += x[k];
    mean = s / 96.0f;  // <- and here
  }
  y[t] = x[t] - mean;  // <- here
}
