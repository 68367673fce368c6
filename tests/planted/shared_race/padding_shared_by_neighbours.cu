// planted: each thread clears the slot behind its own, which is its neighbour's
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: i32[32]=iota ro
// arg: i32[32]=undefined
// finds: race

__global__ void spread(const int* x, int* y) {
  __shared__ int tile[66];
  const int t = threadIdx.x;
  const int own = t;
  tile[own] = x[t] + 1;  // <- and here
  tile[own + 1] = 0;     // <- here
  __syncthreads();
  y[t] = tile[own] + tile[own + 1];
}
