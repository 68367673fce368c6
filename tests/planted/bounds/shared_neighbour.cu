// planted: an index past the end of one shared array lands in the next one
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[128]=uniform:10 ro
// arg: f32[128]=uniform:11 ro
// arg: f32[64]=undefined
// finds: out-of-bounds

__global__ void pair_product(const float* x, const float* y, float* z) {
  __shared__ float a[64];
  __shared__ float b[64];
  const int t = threadIdx.x;
  if (t < 64) {
    a[t] = x[t] + x[t + 64];
    b[t] = y[t] + y[t + 64];
  }
  __syncthreads();
  if (t >= 64) {
    z[t - 64] = a[t] * b[t - 64];  // <- here
  }
}
