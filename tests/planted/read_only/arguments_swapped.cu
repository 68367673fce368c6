// planted: saxpy that takes its two vectors for each other
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[128]=uniform:1 ro
// arg: f32[128]=uniform:2
// arg: f32=3
// finds: read-only-write

__global__ void saxpy(float* x, float* y, float a) {
  const int i = threadIdx.x;
  x[i] = a * y[i] + x[i];  // <- here
}
