// silent: lanes that work for long come late to a barrier, and the rest of their warp waits for them
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[64]=undefined

__global__ void collatz(const int* x, int* y) {
  __shared__ int steps[64];
  const int t = threadIdx.x;
  for (int round = 0; round < 3; ++round) {
    unsigned v = 1;
    int n = 0;
    while (n < x[t] * 500) {
      v = v % 2 == 0 ? v / 2 : 3 * v + 1;
      ++n;
    }
    steps[t] = n + v % 2;
    __syncthreads();
    if (round % 2 == 0) y[t] = steps[63 - t];
    __syncthreads();
  }
}
