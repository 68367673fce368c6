// planted: each block scales its elements and those of its right edge, in place
// launch: grid 4,1,1 block 33,1,1 shared 0
// arg: f32[130]=uniform:13
// finds: race

__global__ void scale(float* x) {
  const int i = blockIdx.x * 32 + threadIdx.x;
  x[i] = 2.0f * x[i];  // <- here
}
