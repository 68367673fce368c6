// planted: the block that finishes last reads the others' results, which no fence has published
// launch: grid 4,1,1 block 32,1,1 shared 0
// arg: f32[128]=uniform:11 ro
// arg: f32[4]=zeros
// arg: f32[1]=undefined
// arg: u32[1]=zeros
// finds: race

__global__ void sum(const float* x, float* partial, float* total, unsigned* done) {
  float v = x[blockIdx.x * 32 + threadIdx.x];
  for (int step = 16; step > 0; step /= 2) v += __shfl_down_sync(0xffffffff, v, step);
  if (threadIdx.x != 0) return;
  partial[blockIdx.x] = v;  // <- and here
  if (atomicAdd(done, 1u) == gridDim.x - 1) {
    float s = 0.0f;
    for (int b = 0; b < gridDim.x; ++b) s += partial[b];  // <- here
    total[0] = s;
  }
}
