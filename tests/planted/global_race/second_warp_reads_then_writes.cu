// planted: both warps read the tile's first row, and the second one replaces it at once
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[32]=uniform:3
// arg: f32[64]=undefined
// finds: race

__global__ void centre(float* x, float* y) {
  const int lane = threadIdx.x % 32;
  const float v = x[lane];                    // <- and here
  if (threadIdx.x >= 32) x[lane] = 0.5f * v;  // <- here
  y[threadIdx.x] = v;
}
