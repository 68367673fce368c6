// silent: all blocks read the scale, meet behind a fence, and then the first one changes it
// launch: grid 6,1,1 block 64,1,1 shared 0
// arg: f32[1]=uniform:3
// arg: f32[384]=undefined
// arg: u32[1]=zeros

__global__ void scale(float* factor, float* y, unsigned* arrived) {
  const int t = threadIdx.x;
  y[blockIdx.x * 64 + t] = factor[0];
  __threadfence();
  __syncthreads();
  if (t == 0) {
    atomicAdd(arrived, 1u);
    while (atomicAdd(arrived, 0u) < gridDim.x) {
    }
    __threadfence();
    if (blockIdx.x == 0) factor[0] *= 0.5f;
  }
}
