// planted: each warp has its own __syncthreads(), and the block meets at none
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:15 ro
// arg: f32[64]=undefined
// finds: barrier

__global__ void swap_warps(const float* x, float* y) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  if (t < 32) {
    tile[t] = x[t];
    __syncthreads();  // <- here
    y[t] = tile[t + 32];
  } else {
    tile[t] = 2.0f * x[t];
    __syncthreads();  // <- and here
    y[t] = tile[t - 32] + 1.0f;
  }
}
