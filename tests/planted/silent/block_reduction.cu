// silent: a tree reduction with a barrier in every step
// launch: grid 4,1,1 block 128,1,1 shared 512
// arg: f32[500]=uniform:3 ro
// arg: f32[4]=undefined
// arg: i32=500

__global__ void sum(const float* x, float* sums, int n) {
  extern __shared__ float tile[];
  const int t = threadIdx.x;
  const int i = blockIdx.x * blockDim.x + t;
  tile[t] = i < n ? x[i] : 0.0f;
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (t < half) tile[t] += tile[t + half];
    __syncthreads();
  }
  if (t == 0) sums[blockIdx.x] = tile[0];
}
