// fixed: the thread that is meant writes it
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:7 ro
// arg: i32[32]=undefined

__global__ void find_large(const float* x, int* y) {
  __shared__ int winner;
  const int t = threadIdx.x;
  if (t == 0) winner = -1;
  __syncthreads();
  const unsigned large = __ballot_sync(0xffffffff, x[t] > 0.2f);
  if (t == __ffs(large) - 1) winner = t;
  __syncthreads();
  y[t] = winner;
}
