// planted: a tree of sums whose barrier is inside the branch of the threads that add
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: f32[256]=uniform:11 ro
// arg: f32[2]=undefined
// finds: barrier

__global__ void block_sum(const float* x, float* y) {
  __shared__ float sums[128];
  const int t = threadIdx.x;
  sums[t] = x[blockIdx.x * blockDim.x + t];
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (t < half) {
      sums[t] += sums[t + half];
      __syncthreads();  // <- here
    }
  }
  if (t == 0) y[blockIdx.x] = sums[0];
}
