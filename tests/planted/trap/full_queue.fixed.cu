// fixed: the queue is as long as the block
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[64]=zeros

__global__ void compact(const int* x, int* y) {
  const int length = 64;
  __shared__ int queue[64];
  __shared__ int used;
  if (threadIdx.x == 0) used = 0;
  __syncthreads();
  if (x[threadIdx.x] % 2 == 0) {
    const int at = atomicAdd(&used, 1);
    assert(at < length);
    queue[at] = x[threadIdx.x];
  }
  __syncthreads();
  if (threadIdx.x < used) y[threadIdx.x] = queue[threadIdx.x];
}
