// planted: the last steps of a reduction rely on the warp running in step
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:6 ro
// arg: f32[1]=undefined
// finds: race

__global__ void sum(const float* x, float* result) {
  __shared__ float memory[64];
  volatile float* tile = memory;
  const int t = threadIdx.x;
  tile[t] = x[t];
  __syncthreads();
  if (t < 32) {
    for (int half = 32; half > 0; half /= 2) {
      tile[t] += tile[t + half];  // <- here
    }
  }
  if (t == 0) result[0] = tile[0];
}
