// planted: a stencil replaces its input while other threads still read it
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[130]=uniform:1
// arg: f32[130]=zeros
// finds: race

__global__ void smooth(float* x, float* y) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x + 1;
  x[i] = (x[i - 1] + x[i] + x[i + 1]) / 3.0f;  // <- here
}
