// silent: a tile that is partly unwritten is copied whole, and only what was written is used
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[40]=uniform:18 ro
// arg: f32[40]=undefined
// arg: i32=40

__global__ void rotate(const float* x, float* y, int n) {
  __shared__ float tile[64];
  __shared__ float copy[64];
  const int t = threadIdx.x;
  if (t < n) tile[t] = x[t];
  __syncthreads();
  copy[t] = tile[t];
  __syncthreads();
  if (t < n) y[t] = copy[(t + 1) % n];
}
