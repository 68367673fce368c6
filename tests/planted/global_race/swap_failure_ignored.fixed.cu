// fixed: it tries until it has not
// launch: grid 2,1,1 block 32,1,1 shared 0
// arg: i32[1]=zeros
// arg: i32[64]=zeros

__global__ void tickets(int* counter, int* mine) {
  int seen = *counter;
  for (;;) {
    const int old = atomicCAS(counter, seen, seen + 1);
    if (old == seen) break;
    seen = old;
  }
  mine[blockIdx.x * blockDim.x + threadIdx.x] = seen;
}
