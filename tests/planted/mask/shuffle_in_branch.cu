// planted: a shuffle of the whole warp in a branch of half of it
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:2 ro
// arg: f32[64]=undefined
// finds: barrier

__global__ void half_sum(const float* x, float* y) {
  __shared__ float sum[2];
  const int lane = threadIdx.x % 32;
  float v = x[threadIdx.x];
  if (lane < 16) {
    for (int step = 8; step > 0; step /= 2) {
      v += __shfl_xor_sync(0xffffffff, v, step);  // <- here
    }
    if (lane == 0) sum[threadIdx.x / 32] = v;
  }
  __syncthreads();  // <- and here
  y[threadIdx.x] = sum[threadIdx.x / 32];
}
