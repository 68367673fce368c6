// fixed: the thread that got the memory frees it
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: i32[128]=iota ro
// arg: i32[128]=undefined

__global__ void reverse(const int* x, int* y) {
  __shared__ int* tile;
  const int first = blockIdx.x * blockDim.x;
  if (threadIdx.x == 0) tile = new int[blockDim.x];
  __syncthreads();
  tile[threadIdx.x] = x[first + threadIdx.x];
  __syncthreads();
  y[first + threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
  __syncthreads();
  if (threadIdx.x == 0) delete[] tile;
}
