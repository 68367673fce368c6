// silent: two buffers that change places, one barrier a round
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[512]=uniform:8 ro
// arg: f32[64]=undefined
// arg: i32=8

__global__ void tile_sums(const float* x, float* y, int tiles) {
  __shared__ float buffer[2][64];
  const int t = threadIdx.x;
  float s = 0.0f;
  for (int k = 0; k < tiles; ++k) {
    buffer[k % 2][t] = x[k * 64 + t];
    __syncthreads();
    s += buffer[k % 2][63 - t];
  }
  y[t] = s;
}
