// fixed: it reads what it needs
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[32]=uniform:3

__global__ void scale(float* x) {
  if (threadIdx.x < 32) x[threadIdx.x] *= 2.0f;
}
