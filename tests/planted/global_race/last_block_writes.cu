// planted: every block reads the bias, and the last one changes it for the next launch
// launch: grid 3,1,1 block 32,1,1 shared 0
// arg: f32[1]=uniform:3
// arg: f32[96]=undefined
// finds: race

__global__ void shift(float* bias, float* y) {
  const float b = *bias;  // <- and here
  y[blockIdx.x * 32 + threadIdx.x] = b;
  __syncwarp();
  if (blockIdx.x == 2 && threadIdx.x == 0) *bias = 0.9f * b;  // <- here
}
