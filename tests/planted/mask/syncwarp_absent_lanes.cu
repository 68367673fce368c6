// planted: __syncwarp for the whole warp in a branch of half of it; the others wait at the block's barrier
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:1 ro
// arg: f32[32]=undefined
// finds: barrier

__global__ void fold(const float* x, float* y) {
  __shared__ float tile[32];
  const int t = threadIdx.x;
  tile[t] = x[t];
  __syncwarp();
  if (t < 16) {
    const float v = tile[t] + tile[t + 16];
    __syncwarp(0xffffffff);  // <- here
    tile[t] = v;
  }
  __syncthreads();  // <- and here
  y[t] = tile[t % 16];
}
