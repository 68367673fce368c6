// planted: the result is added to an output that nobody has set
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[128]=uniform:10 ro
// arg: f32[128]=undefined
// arg: f32=2
// finds: uninitialized

__global__ void scale(const float* x, float* y, float a) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  y[i] += a * x[i];  // <- here
}
