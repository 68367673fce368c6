// fixed: that result is computed again
// launch: grid 4,1,1 block 32,1,1 shared 0
// arg: f32[128]=uniform:3 ro
// arg: f32[128]=zeros
// arg: f32[128]=undefined

__global__ void two_steps(const float* x, float* squares, float* y) {
  const int i = blockIdx.x * 32 + threadIdx.x;
  squares[i] = x[i] * x[i];
  __syncthreads();
  const float left = threadIdx.x > 0 ? squares[i - 1] : i > 0 ? x[i - 1] * x[i - 1] : 0.0f;
  y[i] = squares[i] - left;
}
