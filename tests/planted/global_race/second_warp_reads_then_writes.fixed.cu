// fixed: a barrier between
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[32]=uniform:3
// arg: f32[64]=undefined

__global__ void centre(float* x, float* y) {
  const int lane = threadIdx.x % 32;
  const float v = x[lane];
  __syncthreads();
  if (threadIdx.x >= 32) x[lane] = 0.5f * v;
  y[threadIdx.x] = v;
}
