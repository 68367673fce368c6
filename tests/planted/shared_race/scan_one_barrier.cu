// planted: a prefix sum in one array with one barrier a step
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[64]=undefined
// finds: race

__global__ void prefix_sum(const int* x, int* y) {
  __shared__ int tile[64];
  const int t = threadIdx.x;
  tile[t] = x[t];
  for (int step = 1; step < 64; step *= 2) {
    __syncthreads();
    if (t >= step) tile[t] += tile[t - step];  // <- here
  }
  y[t] = tile[t];
}
