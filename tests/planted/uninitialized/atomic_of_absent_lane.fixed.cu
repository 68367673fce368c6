// fixed: all lanes shuffle, every fourth adds
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:47 ro
// arg: f32[1]=zeros

__global__ void quarter_sums(const float* x, float* y) {
  float v = x[threadIdx.x];
  v += __shfl_down_sync(0xffffffff, v, 1, 4);
  v += __shfl_down_sync(0xffffffff, v, 2, 4);
  if (threadIdx.x % 4 == 0) atomicAdd(y, v);
}
