// fixed: both are loaded
// launch: grid 1,1,1 block 64,1,1 shared 512
// arg: f32[64]=uniform:21 ro
// arg: f32[64]=uniform:22 ro
// arg: f32[64]=undefined

__global__ void dot_mirrored(const float* a, const float* b, float* y) {
  extern __shared__ float memory[];
  float* tile_a = memory;
  float* tile_b = memory + 64;
  const int t = threadIdx.x;
  tile_a[t] = a[t];
  tile_b[t] = b[t];
  __syncthreads();
  y[t] = tile_a[63 - t] * tile_b[63 - t];
}
