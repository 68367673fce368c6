// planted: a plain read decides not only whether the maximum is swapped but also what is stored
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:63 ro
// arg: i32[64]=zeros
// finds: race

__global__ void was_larger(const float* x, int* y) {
  __shared__ int best;
  if (threadIdx.x == 0) best = 0;
  __syncthreads();
  const int mine = __float_as_int(x[threadIdx.x]);
  int seen = best;  // <- and here
  if (seen < mine) y[threadIdx.x] = 1;
  while (seen < mine) {
    const int old = atomicCAS(&best, seen, mine);  // <- here
    if (old == seen) break;
    seen = old;
  }
}
