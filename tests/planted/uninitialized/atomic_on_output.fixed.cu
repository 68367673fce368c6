// fixed: the host has set the total to 0
// launch: grid 4,1,1 block 32,1,1 shared 0
// arg: f32[128]=uniform:18 ro
// arg: f32[1]=zeros

__global__ void total(const float* x, float* sum) {
  float v = x[blockIdx.x * 32 + threadIdx.x];
  for (int step = 16; step > 0; step /= 2) v += __shfl_down_sync(0xffffffff, v, step);
  if (threadIdx.x == 0) {
    atomicAdd(sum, v);
  }
}
