// fixed: it sums what it has filled
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[128]=uniform:11 ro
// arg: f32[256]=undefined
// arg: f32[32]=undefined

__global__ void sum_of_squares(const float* x, float* scratch, float* y) {
  const int t = threadIdx.x;
  float* own = scratch + t * 8;
  for (int k = 0; k < 4; ++k) own[k] = x[t * 4 + k] * x[t * 4 + k];
  float s = 0.0f;
  for (int k = 0; k < 4; ++k) s += own[k];
  y[t] = s;
}
