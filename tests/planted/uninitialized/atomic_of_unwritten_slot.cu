// planted: 24 of 32 slots are filled, all are added to the total
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[24]=uniform:46 ro
// arg: f32[1]=zeros
// finds: uninitialized

__global__ void total(const float* x, float* y) {
  __shared__ float slot[32];
  const int t = threadIdx.x;
  if (t < 24) slot[t] = x[t];
  __syncthreads();
  atomicAdd(y, slot[31 - t]);  // <- here
}
