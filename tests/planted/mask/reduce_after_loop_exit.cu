// planted: lanes leave the loop at different times; those still in it ask the whole warp for a vote
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: i32[32]=iota ro
// arg: i32[32]=undefined
// finds: barrier

__global__ void halve(const int* x, int* y) {
  __shared__ int total;
  const int t = threadIdx.x;
  if (t == 0) total = 0;
  __syncthreads();
  int v = x[t], rounds = 0;
  while (v > 0) {
    rounds += __popc(__ballot_sync(0xffffffff, v & 1));  // <- here
    v /= 2;
  }
  atomicAdd(&total, rounds);
  __syncthreads();  // <- and here
  y[t] = total;
}
