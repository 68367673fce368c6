// fixed: row times width plus column
// launch: grid 5,3,1 block 8,8,1 shared 0
// arg: f32[960]=uniform:4 ro
// arg: f32[960]=undefined
// arg: i32=24
// arg: i32=40

__global__ void negate(const float* in, float* out, int height, int width) {
  const int column = blockIdx.x * blockDim.x + threadIdx.x;
  const int row = blockIdx.y * blockDim.y + threadIdx.y;
  if (row >= height || column >= width) return;
  out[row * width + column] = -in[row * width + column];
}
