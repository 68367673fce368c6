// planted: a recursion whose end is never reached
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:3 ro
// arg: f32[32]=undefined
// finds: stack-overflow

__device__ __noinline__ float range_sum(const float* x, int from, int to) {
  if (to - from == 1) return x[from];
  const int middle = (from + to) / 2;
  return range_sum(x, from, middle) + range_sum(x, middle, to);  // <- here
}

__global__ void prefix(const float* x, float* y) { y[threadIdx.x] = range_sum(x, 0, threadIdx.x); }
