// fixed: the mask names the lanes of the branch
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:1 ro
// arg: f32[32]=undefined

__global__ void fold(const float* x, float* y) {
  __shared__ float tile[32];
  const int t = threadIdx.x;
  tile[t] = x[t];
  __syncwarp();
  if (t < 16) {
    const float v = tile[t] + tile[t + 16];
    __syncwarp(0x0000ffff);
    tile[t] = v;
  }
  __syncthreads();
  y[t] = tile[t % 16];
}
