// fixed: the index stays below the count
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[40]=uniform:9 ro
// arg: f32[32]=undefined
// arg: i32=6

__global__ void pick(const float* x, float* y, int count) {
  float table[8];
  const int t = threadIdx.x;
  for (int k = 0; k < count; ++k) table[k] = x[t + k];
  const int at = t % count;
  y[t] = table[at];
}
