// planted: a tile without a place for the left halo
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[128]=uniform:9 ro
// arg: f32[128]=undefined
// finds: out-of-bounds

__global__ void backward_difference(const float* x, float* y) {
  __shared__ float tile[65];
  const int t = threadIdx.x;
  const int i = blockIdx.x * 64 + t;
  float* own = tile;
  own[t] = x[i];
  __syncthreads();
  y[i] = own[t] - own[t - 1];  // <- here
}
