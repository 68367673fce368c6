// planted: the first element has no left neighbour, and nobody asks
// launch: grid 4,1,1 block 128,1,1 shared 0
// arg: f32[512]=uniform:3 ro
// arg: f32[512]=undefined
// arg: i32=512
// finds: out-of-bounds

__global__ void difference(const float* x, float* y, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const float left = x[i - 1];  // <- here
  y[i] = x[i] - left;
}
