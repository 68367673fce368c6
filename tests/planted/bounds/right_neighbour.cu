// planted: the last element has no right neighbour, and nobody asks
// launch: grid 4,1,1 block 128,1,1 shared 0
// arg: f32[500]=uniform:3 ro
// arg: f32[500]=undefined
// arg: i32=500
// finds: out-of-bounds

__global__ void average(const float* x, float* y, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) {
    const float right = x[i + 1];  // <- here
    y[i] = 0.5f * (x[i] + right);
  }
}
