// fixed: the average stops one element earlier
// launch: grid 4,1,1 block 128,1,1 shared 0
// arg: f32[500]=uniform:3 ro
// arg: f32[500]=undefined
// arg: i32=500

__global__ void average(const float* x, float* y, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n - 1) {
    const float right = x[i + 1];
    y[i] = 0.5f * (x[i] + right);
  }
}
