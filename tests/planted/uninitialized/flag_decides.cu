// planted: a flag in shared memory is set by those who find something and cleared by nobody
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[64]=zeros
// arg: i32=100
// finds: uninitialized

__global__ void mark(const int* x, int* y, int limit) {
  __shared__ int found;
  const int t = threadIdx.x;
  if (x[t] > limit) atomicMax(&found, x[t]);
  __syncthreads();
  if (found > limit) {  // <- here
    y[t] = atomicAdd(&y[0], 1);
  }
}
