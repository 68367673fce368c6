// silent: a variable has a value only in the threads that use it, with barriers and a loop between
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[40]=uniform:48 ro
// arg: f32[40]=undefined
// arg: i32=40

__global__ void smooth(const float* x, float* y, int n) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  float mine;
  if (t < n) {
    mine = x[t];
    tile[t] = mine;
  }
  for (int round = 0; round < 3; ++round) {
    __syncthreads();
    float next;
    if (t > 0 && t < n) next = 0.5f * (mine + tile[t - 1]);
    __syncthreads();
    if (t > 0 && t < n) tile[t] = mine = next;
  }
  if (t < n) y[t] = mine;
}
