// fixed: the stride counts all blocks
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[512]=uniform:1 ro
// arg: f32[512]=undefined
// arg: i32=512

__global__ void copy(const float* x, float* y, int n) {
  const int stride = gridDim.x * blockDim.x;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) y[i] = x[i];
}
