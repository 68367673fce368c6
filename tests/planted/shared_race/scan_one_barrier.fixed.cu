// fixed: a second barrier between reading and writing
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[64]=undefined

__global__ void prefix_sum(const int* x, int* y) {
  __shared__ int tile[64];
  const int t = threadIdx.x;
  tile[t] = x[t];
  for (int step = 1; step < 64; step *= 2) {
    __syncthreads();
    const int left = t >= step ? tile[t - step] : 0;
    __syncthreads();
    tile[t] += left;
  }
  y[t] = tile[t];
}
