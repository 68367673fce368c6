// planted: a block reads the first result of the next block; a barrier in the block does not order them
// launch: grid 4,1,1 block 32,1,1 shared 0
// arg: f32[129]=uniform:3 ro
// arg: f32[129]=zeros
// arg: f32[128]=undefined
// finds: race

__global__ void two_steps(const float* x, float* squares, float* y) {
  const int i = blockIdx.x * 32 + threadIdx.x;
  squares[i] = x[i] * x[i];  // <- here
  __syncthreads();
  const float right = squares[i + 1];  // <- and here
  y[i] = right - squares[i];
}
