// silent: atomics of many kinds meet in one place, in shared and in global memory
// launch: grid 4,1,1 block 64,1,1 shared 0
// arg: i32[256]=iota ro
// arg: i32[4]=zeros

__global__ void statistics(const int* x, int* y) {
  __shared__ int largest;
  const int v = x[blockIdx.x * blockDim.x + threadIdx.x];
  if (threadIdx.x == 0) largest = 0;
  __syncthreads();
  atomicMax(&largest, v);
  atomicAdd(&y[0], v);
  atomicMin(&y[1], -v);
  atomicXor(&y[2], v);
  atomicAdd(&y[2], 1);
  __syncthreads();
  if (threadIdx.x == 0) atomicMax(&y[3], largest);
}
