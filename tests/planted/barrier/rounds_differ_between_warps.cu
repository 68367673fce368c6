// planted: a barrier in a loop that the warps of a block go round a different number of times
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[96]=uniform:14 ro
// arg: f32[64]=undefined
// arg: i32=96
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
  __syncthreads();  // <- and here
  y[t] = tile[63 - t];
}
