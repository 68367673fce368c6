// fixed: threads past the end do nothing
// launch: grid 4,1,1 block 256,1,1 shared 0
// arg: f32[1000]=uniform:7 ro
// arg: f32[1000]=undefined
// arg: f32=2.5
// arg: i32=1000

__global__ void scale(const float* x, float* y, float a, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = a * x[i];
}
