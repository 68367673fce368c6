// fixed: the maximum has a place of its own
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: i32[128]=iota ro
// arg: i32[1]=zeros

__global__ void largest(int* x, int* result) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  atomicMax(result, x[i]);
}
