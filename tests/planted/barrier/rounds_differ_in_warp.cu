// planted: a barrier in a loop that lanes of a warp go round a different number of times
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[100]=uniform:13 ro
// arg: f32[64]=undefined
// arg: i32=100
// finds: barrier

__global__ void fold(const float* x, float* y, int n) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  float v = 0.0f;
  for (int i = t; i < n; i += blockDim.x) {
    tile[t] = x[i];
    __syncthreads();  // <- here
    v += tile[t];
  }
  tile[t] = v;
  __syncthreads();
  y[t] = tile[63 - t];
}
