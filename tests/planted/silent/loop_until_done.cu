// silent: one thread decides for the block whether the loop goes on, with barriers on both sides
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[64]=undefined

__global__ void halve_until_small(const int* x, int* y) {
  __shared__ int largest;
  __shared__ bool done;
  const int t = threadIdx.x;
  int v = x[t] * 50;
  do {
    if (t == 0) largest = 0;
    __syncthreads();
    atomicMax(&largest, v);
    __syncthreads();
    if (t == 0) done = largest < 100;
    __syncthreads();
    v /= 2;
  } while (!done);
  y[t] = v;
}
