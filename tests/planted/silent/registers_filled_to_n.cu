// silent: of an array in registers each thread fills and uses as many as there are
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[100]=uniform:50 ro
// arg: f32[32]=undefined
// arg: i32=100

__global__ void sums(const float* x, float* y, int n) {
  float kept[4];
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    const int i = threadIdx.x + 32 * k;
    if (i < n) kept[k] = x[i];
  }
  float s = 0.0f;
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    const int i = threadIdx.x + 32 * k;
    if (i < n && kept[k] > 0.25f) s += kept[k];
  }
  y[threadIdx.x] = s;
}
