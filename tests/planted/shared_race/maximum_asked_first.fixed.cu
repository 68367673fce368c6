// fixed: what is stored hangs on a swap that has succeeded
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:63 ro
// arg: i32[64]=zeros

__global__ void was_larger(const float* x, int* y) {
  __shared__ int best;
  if (threadIdx.x == 0) best = 0;
  __syncthreads();
  const int mine = __float_as_int(x[threadIdx.x]);
  int seen = atomicOr(&best, 0);
  while (seen < mine) {
    const int old = atomicCAS(&best, seen, mine);
    if (old == seen) {
      y[threadIdx.x] = 1;
      break;
    }
    seen = old;
  }
}
