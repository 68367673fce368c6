// planted: thread 0 publishes its block's results without waiting for the other threads
// launch: grid 4,1,1 block 64,1,1 shared 0
// arg: f32[256]=uniform:16 ro
// arg: f32[256]=zeros
// arg: u32[1]=zeros
// arg: f32[1]=undefined
// finds: race

__global__ void square_sum(const float* x, float* square, unsigned* done, float* total) {
  const int t = threadIdx.x;
  square[blockIdx.x * 64 + t] = x[blockIdx.x * 64 + t] * x[blockIdx.x * 64 + t];  // <- and here
  if (t != 0) return;
  __threadfence();
  if (atomicAdd(done, 1u) == gridDim.x - 1) {
    __threadfence();
    float s = 0.0f;
    for (int i = 0; i < gridDim.x * 64; ++i) s += square[i];  // <- here
    total[0] = s;
  }
}
