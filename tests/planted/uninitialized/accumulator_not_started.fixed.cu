// fixed: the sum starts as 0
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[1000]=uniform:41 ro
// arg: f32[128]=undefined
// arg: i32=1000

__global__ void strided_sums(const float* x, float* y, int n) {
  float s = 0.0f;
  const int first = blockIdx.x * blockDim.x + threadIdx.x;
  for (int i = first; i < n; i += gridDim.x * blockDim.x) s += x[i];
  y[first] = s;
}
