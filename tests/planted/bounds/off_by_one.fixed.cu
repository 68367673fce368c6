// fixed: the mask ends at the last element
// launch: grid 4,1,1 block 256,1,1 shared 0
// arg: f32[1000]=uniform:1 ro
// arg: f32[1000]=uniform:2 ro
// arg: f32[1000]=undefined
// arg: i32=1000

__global__ void add(const float* x, const float* y, float* z, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) z[i] = x[i] + y[i];
}
