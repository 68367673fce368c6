// planted: a grid-stride loop whose stride is 0 with one block
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[512]=uniform:1 ro
// arg: f32[512]=undefined
// arg: i32=512
// finds: timeout

__global__ void copy(const float* x, float* y, int n) {
  const int stride = (gridDim.x - 1) * blockDim.x;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) y[i] = x[i];  // <- here
}
