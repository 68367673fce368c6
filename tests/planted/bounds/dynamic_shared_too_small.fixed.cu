// fixed: the launch asks for both
// launch: grid 1,1,1 block 128,1,1 shared 1024
// arg: f32[128]=uniform:12 ro
// arg: f32[128]=undefined

__global__ void center(const float* x, float* y) {
  extern __shared__ float memory[];
  float* value = memory;
  float* square = memory + blockDim.x;
  const int t = threadIdx.x;
  value[t] = x[t];
  square[t] = x[t] * x[t];
  __syncthreads();
  const int other = blockDim.x - 1 - t;
  y[t] = value[other] * value[other] - square[other];
}
