// planted: a local table is filled up to a count and read at an index beyond it
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[40]=uniform:9 ro
// arg: f32[32]=undefined
// arg: i32=6
// finds: uninitialized

__global__ void pick(const float* x, float* y, int count) {
  float table[8];
  const int t = threadIdx.x;
  for (int k = 0; k < count; ++k) table[k] = x[t + k];
  const int at = t % 8;
  y[t] = table[at];  // <- here
}
