// planted: a block reads the last result of the block before it
// launch: grid 4,1,1 block 32,1,1 shared 0
// arg: f32[128]=uniform:3 ro
// arg: f32[128]=zeros
// arg: f32[128]=undefined
// finds: race

__global__ void two_steps(const float* x, float* squares, float* y) {
  const int i = blockIdx.x * 32 + threadIdx.x;
  squares[i] = x[i] * x[i];  // <- and here
  __syncthreads();
  const float left = i > 0 ? squares[i - 1] : 0.0f;  // <- here
  y[i] = squares[i] - left;
}
