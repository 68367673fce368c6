// fixed: the clean value stays in a register
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[128]=uniform:1:-1:1 ro
// arg: f32[128]=undefined

__global__ void square_root(const float* x, float* y) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  y[i] = sqrtf(fmaxf(x[i], 0.0f));
}
