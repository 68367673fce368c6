// silent: whether a swap is tried hangs on a plain read of what only grows
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[128]=uniform:62 ro
// arg: f32[1]=zeros

__global__ void maximum(const float* x, float* y) {
  __shared__ int best;
  if (threadIdx.x == 0) best = __float_as_int(-1e30f);
  __syncthreads();
  const float mine = x[threadIdx.x];
  int seen = best;
  while (__int_as_float(seen) < mine) {
    const int old = atomicCAS(&best, seen, __float_as_int(mine));
    if (old == seen) break;
    seen = old;
  }
  __syncthreads();
  if (threadIdx.x == 0) *y = __int_as_float(best);
}
