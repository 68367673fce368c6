// fixed: the barrier stands in every round
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:18 ro
// arg: f32[64]=undefined
// arg: i32=5

__global__ void diffuse(const float* x, float* y, int rounds) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  tile[t] = x[t];
  __syncthreads();
  for (int k = 0; k < rounds; ++k) {
    const float mean = 0.5f * (tile[(t + 63) % 64] + tile[(t + 1) % 64]);
    __syncthreads();
    tile[t] = mean;
    __syncthreads();
  }
  y[t] = tile[63 - t];
}
