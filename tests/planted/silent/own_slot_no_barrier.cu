// silent: each thread reads back what it has written itself; no barrier is needed
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[512]=uniform:23 ro
// arg: f32[128]=undefined

__global__ void median_of_four(const float* x, float* y) {
  __shared__ float slots[64][4];
  float* own = slots[threadIdx.x];
  const int i = blockIdx.x * 64 + threadIdx.x;
  for (int k = 0; k < 4; ++k) own[k] = x[i * 4 + k];
  for (int k = 1; k < 4; ++k) {
    for (int j = k; j > 0 && own[j - 1] > own[j]; --j) {
      const float v = own[j];
      own[j] = own[j - 1];
      own[j - 1] = v;
    }
  }
  y[i] = 0.5f * (own[1] + own[2]);
}
