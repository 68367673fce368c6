// fixed: both halves go round equally often
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: i32[128]=iota ro
// arg: i32[128]=undefined

__global__ void rotate(const int* x, int* y) {
  __shared__ int tile[128];
  const int t = threadIdx.x;
  int v = x[t];
  const int rounds = x[127] % 2 + 2;
  for (int k = 0; k < rounds; ++k) {
    tile[t] = v;
    asm volatile("bar.sync 1, 128;" ::: "memory");
    v += tile[t ^ 1];
    asm volatile("bar.sync 2, 128;" ::: "memory");
  }
  y[t] = v;
}
