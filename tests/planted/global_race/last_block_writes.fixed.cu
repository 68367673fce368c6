// fixed: the next launch has a place of its own
// launch: grid 3,1,1 block 32,1,1 shared 0
// arg: f32[2]=uniform:3
// arg: f32[96]=undefined

__global__ void shift(float* bias, float* y) {
  const float b = bias[0];
  y[blockIdx.x * 32 + threadIdx.x] = b;
  if (blockIdx.x == 2 && threadIdx.x == 0) bias[1] = 0.9f * b;
}
