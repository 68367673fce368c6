// fixed: the lock is freed on every path
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[1]=zeros
// arg: i32[1]=zeros

__global__ void locked_sum(const int* x, int* sum, int* lock) {
  bool done = false;
  while (!done) {
    if (atomicCAS(lock, 0, 1) == 0) {
      __threadfence();
      const int value = x[threadIdx.x];
      if (value % 7 != 3) {
        *static_cast<volatile int*>(sum) = *static_cast<volatile int*>(sum) + value;
      }
      __threadfence();
      atomicExch(lock, 0);
      done = true;
    }
  }
}
