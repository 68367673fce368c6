// fixed: the result goes to a second buffer
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[130]=uniform:1
// arg: f32[130]=zeros

__global__ void smooth(float* x, float* y) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x + 1;
  y[i] = (x[i - 1] + x[i] + x[i + 1]) / 3.0f;
}
