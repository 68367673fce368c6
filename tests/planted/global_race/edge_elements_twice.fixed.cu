// fixed: each element is scaled by the block that owns it
// launch: grid 4,1,1 block 33,1,1 shared 0
// arg: f32[130]=uniform:13

__global__ void scale(float* x) {
  const int i = blockIdx.x * 32 + threadIdx.x;
  if (threadIdx.x < 32) x[i] = 2.0f * x[i];
}
