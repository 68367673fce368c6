// silent: a warp's private tile, ordered by __syncwarp alone
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: i32[128]=iota ro
// arg: i32[128]=undefined

__global__ void prefix_sum(const int* x, int* y) {
  __shared__ int tile[4][32];
  const int lane = threadIdx.x % 32;
  int* own = tile[threadIdx.x / 32];
  own[lane] = x[threadIdx.x];
  __syncwarp();
  for (int step = 1; step < 32; step *= 2) {
    const int left = lane >= step ? own[lane - step] : 0;
    __syncwarp();
    own[lane] += left;
    __syncwarp();
  }
  y[threadIdx.x] = own[31 - lane];
}
