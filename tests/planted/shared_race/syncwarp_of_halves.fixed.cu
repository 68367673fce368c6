// fixed: the whole warp syncs
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:16 ro
// arg: f32[32]=undefined

__global__ void swap_halves(const float* x, float* y) {
  __shared__ float tile[32];
  const int t = threadIdx.x;
  tile[t] = x[t];
  __syncwarp(0xffffffff);
  y[t] = tile[t ^ 16];
}
