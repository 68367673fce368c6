// fixed: the others are filled with 0
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[24]=uniform:46 ro
// arg: f32[1]=zeros

__global__ void total(const float* x, float* y) {
  __shared__ float slot[32];
  const int t = threadIdx.x;
  slot[t] = t < 24 ? x[t] : 0.0f;
  __syncthreads();
  atomicAdd(y, slot[31 - t]);
}
