// fixed: __syncthreads
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:15 ro
// arg: f32[64]=undefined

__global__ void swap_warps(const float* x, float* y) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  tile[t] = x[t];
  __syncthreads();
  y[t] = tile[t ^ 32];
}
