// fixed: the first element is its own left neighbour
// launch: grid 4,1,1 block 128,1,1 shared 0
// arg: f32[512]=uniform:3 ro
// arg: f32[512]=undefined
// arg: i32=512

__global__ void difference(const float* x, float* y, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const float left = x[i > 0 ? i - 1 : 0];
  y[i] = x[i] - left;
}
