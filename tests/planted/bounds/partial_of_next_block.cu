// planted: each block writes the partial sum of the next one
// launch: grid 8,1,1 block 32,1,1 shared 0
// arg: f32[256]=uniform:15 ro
// arg: f32[8]=undefined
// finds: out-of-bounds

__global__ void block_sum(const float* x, float* partial) {
  float s = x[blockIdx.x * 32 + threadIdx.x];
  for (int step = 16; step > 0; step /= 2) s += __shfl_down_sync(0xffffffff, s, step);
  if (threadIdx.x == 0) {
    partial[blockIdx.x + 1] = s;  // <- here
  }
}
