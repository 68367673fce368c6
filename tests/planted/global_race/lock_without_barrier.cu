// planted: two warps read the count under the block's lock, and the second one changes it before the first has read it
// launch: grid 4,1,1 block 64,1,1 shared 0
// arg: i32[1]=zeros
// arg: i32[256]=undefined
// arg: i32[1]=zeros
// finds: race

__global__ void tickets(int* count, int* mine, int* lock) {
  const int t = threadIdx.x;
  if (t == 0) {
    while (atomicCAS(lock, 0, 1) != 0) {
    }
    __threadfence();
  }
  __syncthreads();
  const int seen = *count;          // <- and here
  if (t == 63) *count = seen + 64;  // <- here
  mine[blockIdx.x * 64 + t] = seen + t;
  __threadfence();
  __syncthreads();
  if (t == 0) atomicExch(lock, 0);
}
