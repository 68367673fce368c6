// planted: every fourth lane takes its neighbours' values, which do not take part, and adds them atomically
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:47 ro
// arg: f32[1]=zeros
// finds: uninitialized

__global__ void quarter_sums(const float* x, float* y) {
  float v = x[threadIdx.x];
  if (threadIdx.x % 4 == 0) {
    v += __shfl_down_sync(0xffffffff, v, 1, 4);
    v += __shfl_down_sync(0xffffffff, v, 2, 4);
    atomicAdd(y, v);  // <- here
  }
}
