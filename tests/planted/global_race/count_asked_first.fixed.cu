// fixed: the swap decides
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: i32[1]=zeros

__global__ void fill(int* count) {
  int seen = *count;
  while (seen < 10) {
    const int old = atomicCAS(count, seen, seen + 1);
    if (old == seen) break;
    seen = old;
  }
}
