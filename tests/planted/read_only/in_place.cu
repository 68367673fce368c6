// planted: the input is scaled in place; the result belongs into the output
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[128]=uniform:1 ro
// arg: f32[128]=undefined
// arg: f32=3
// finds: read-only-write

__global__ void scale(float* x, float* y, float a) {
  const int i = threadIdx.x;
  x[i] = a * x[i];  // <- here
  y[i] = x[i];
}
