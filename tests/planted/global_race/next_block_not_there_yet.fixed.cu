// fixed: the neighbour's result is computed again
// launch: grid 4,1,1 block 32,1,1 shared 0
// arg: f32[129]=uniform:3 ro
// arg: f32[129]=zeros
// arg: f32[128]=undefined

__global__ void two_steps(const float* x, float* squares, float* y) {
  const int i = blockIdx.x * 32 + threadIdx.x;
  squares[i] = x[i] * x[i];
  __syncthreads();
  const float right = threadIdx.x < 31 ? squares[i + 1] : x[i + 1] * x[i + 1];
  y[i] = right - squares[i];
}
