// silent: a sum under a spin lock, taken and freed by atomics with fences
// launch: grid 3,1,1 block 32,1,1 shared 0
// arg: i32[96]=iota ro
// arg: i32[1]=zeros
// arg: i32[1]=zeros

__global__ void locked_sum(const int* x, int* sum, int* lock) {
  volatile int* shared_sum = sum;
  for (bool done = false; !done;) {
    if (atomicCAS(lock, 0, 1) == 0) {
      __threadfence();
      *shared_sum = *shared_sum + x[blockIdx.x * blockDim.x + threadIdx.x];
      __threadfence();
      atomicExch(lock, 0);
      done = true;
    }
  }
}
