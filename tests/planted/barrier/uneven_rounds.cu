// planted: one half of the block goes round once more than the other, with a counted barrier in the loop
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: i32[128]=iota ro
// arg: i32[128]=undefined
// finds: barrier

__global__ void rotate(const int* x, int* y) {
  __shared__ int tile[128];
  const int t = threadIdx.x;
  int v = x[t];
  const int rounds = t < 64 ? 3 : 2;
  for (int k = 0; k < rounds; ++k) {
    tile[t] = v;
    asm volatile("bar.sync 1, 128;" ::: "memory");  // <- here
    v += tile[t ^ 1];
    asm volatile("bar.sync 2, 128;" ::: "memory");
  }
  y[t] = v;
}
