// fixed: all go round equally often, and some have nothing to add
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[96]=uniform:14 ro
// arg: f32[64]=undefined
// arg: i32=96

__global__ void fold(const float* x, float* y, int n) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  float v = 0.0f;
  for (int first = 0; first < n; first += blockDim.x) {
    tile[t] = first + t < n ? x[first + t] : 0.0f;
    __syncthreads();
    v += tile[t];
  }
  tile[t] = v;
  __syncthreads();
  y[t] = tile[63 - t];
}
