// silent: each block waits for the one before it at a volatile flag, with fences around the data
// launch: grid 6,1,1 block 32,1,1 shared 0
// arg: i32[192]=iota ro
// arg: i32[192]=undefined
// arg: i32[6]=undefined
// arg: i32[6]=zeros

__global__ void prefix_sum(const int* x, int* y, int* total, int* ready) {
  __shared__ int before;
  const int lane = threadIdx.x;
  const int i = blockIdx.x * 32 + lane;
  int v = x[i];
  for (int step = 1; step < 32; step *= 2) {
    const int left = __shfl_up_sync(0xffffffff, v, step);
    if (lane >= step) v += left;
  }
  if (lane == 31) {
    int carry = 0;
    if (blockIdx.x > 0) {
      while (static_cast<volatile int*>(ready)[blockIdx.x - 1] == 0) {
      }
      __threadfence();
      carry = static_cast<volatile int*>(total)[blockIdx.x - 1];
    }
    static_cast<volatile int*>(total)[blockIdx.x] = carry + v;
    __threadfence();
    static_cast<volatile int*>(ready)[blockIdx.x] = 1;
    before = carry;
  }
  __syncthreads();
  y[i] = before + v;
}
