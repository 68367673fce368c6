// silent: each warp works in a tile of its own for many rounds, ordered by __syncwarp
// launch: grid 1,1,1 block 96,1,1 shared 0
// arg: i32[96]=iota ro
// arg: i32[96]=undefined
// arg: i32=40

__global__ void rotate(const int* x, int* y, int rounds) {
  __shared__ int tile[3][32];
  const int lane = threadIdx.x % 32;
  int* own = tile[threadIdx.x / 32];
  int v = x[threadIdx.x];
  for (int k = 0; k < rounds; ++k) {
    own[lane] = v;
    __syncwarp();
    v = own[(lane + 1) % 32] + (k & 1);
    __syncwarp();
  }
  y[threadIdx.x] = v;
}
