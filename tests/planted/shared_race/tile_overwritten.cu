// planted: the next tile is loaded while other warps still read this one
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[256]=uniform:3 ro
// arg: f32[64]=undefined
// arg: i32=4
// finds: race

__global__ void tile_sums(const float* x, float* y, int tiles) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  float s = 0.0f;
  for (int k = 0; k < tiles; ++k) {
    tile[t] = x[k * 64 + t];  // <- here
    __syncthreads();
    s += tile[63 - t];  // <- and here
  }
  y[t] = s;
}
