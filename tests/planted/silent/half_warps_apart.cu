// silent: the halves of a warp shuffle and sync apart, each under its own mask
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:14 ro
// arg: f32[32]=undefined

__global__ void half_sums(const float* x, float* y) {
  __shared__ float tile[32];
  const int lane = threadIdx.x;
  float v = x[lane];
  if (lane < 16) {
    for (int step = 8; step > 0; step /= 2) v += __shfl_xor_sync(0x0000ffff, v, step);
    tile[lane] = v;
    __syncwarp(0x0000ffff);
    y[lane] = tile[15 - lane];
  } else {
    for (int step = 8; step > 0; step /= 2) v = fmaxf(v, __shfl_xor_sync(0xffff0000, v, step));
    tile[lane] = v;
    __syncwarp(0xffff0000);
    y[lane] = tile[47 - lane];
  }
}
