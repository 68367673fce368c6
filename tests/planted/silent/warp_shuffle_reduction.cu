// silent: shuffles within each warp, one slot a warp between them
// launch: grid 2,1,1 block 256,1,1 shared 0
// arg: f32[512]=uniform:4 ro
// arg: f32[2]=undefined

__device__ float warp_sum(float v) {
  for (int step = 16; step > 0; step /= 2) v += __shfl_xor_sync(0xffffffff, v, step);
  return v;
}

__global__ void sum(const float* x, float* sums) {
  __shared__ float of_warp[32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  float v = warp_sum(x[blockIdx.x * blockDim.x + threadIdx.x]);
  if (lane == 0) of_warp[warp] = v;
  __syncthreads();
  if (warp == 0) {
    v = lane < blockDim.x / 32 ? of_warp[lane] : 0.0f;
    v = warp_sum(v);
    if (lane == 0) sums[blockIdx.x] = v;
  }
}
