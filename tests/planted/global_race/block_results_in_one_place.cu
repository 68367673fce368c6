// planted: every block writes its sum to the same place
// launch: grid 4,1,1 block 32,1,1 shared 0
// arg: f32[128]=uniform:5 ro
// arg: f32[4]=zeros
// finds: race

__global__ void block_sums(const float* x, float* sums) {
  float v = x[blockIdx.x * 32 + threadIdx.x];
  for (int step = 16; step > 0; step /= 2) v += __shfl_down_sync(0xffffffff, v, step);
  if (threadIdx.x == 0) sums[0] = v;  // <- here
}
