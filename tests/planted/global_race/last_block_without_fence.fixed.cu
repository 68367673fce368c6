// fixed: a fence before the counter and one behind it
// launch: grid 4,1,1 block 32,1,1 shared 0
// arg: f32[128]=uniform:11 ro
// arg: f32[4]=zeros
// arg: f32[1]=undefined
// arg: u32[1]=zeros

__global__ void sum(const float* x, float* partial, float* total, unsigned* done) {
  float v = x[blockIdx.x * 32 + threadIdx.x];
  for (int step = 16; step > 0; step /= 2) v += __shfl_down_sync(0xffffffff, v, step);
  if (threadIdx.x != 0) return;
  partial[blockIdx.x] = v;
  __threadfence();
  if (atomicAdd(done, 1u) == gridDim.x - 1) {
    __threadfence();
    float s = 0.0f;
    for (int b = 0; b < gridDim.x; ++b) s += partial[b];
    total[0] = s;
  }
}
