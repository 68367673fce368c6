// fixed: the result goes to the output
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[128]=uniform:1 ro
// arg: f32[128]=undefined
// arg: f32=3

__global__ void scale(float* x, float* y, float a) {
  const int i = threadIdx.x;
  y[i] = a * x[i];
}
