// fixed: the first threads fill two slots
// launch: grid 1,1,1 block 96,1,1 shared 0
// arg: f32[96]=uniform:2 ro
// arg: f32[1]=undefined

__global__ void sum(const float* x, float* result) {
  __shared__ float tile[128];
  const int t = threadIdx.x;
  tile[t] = x[t];
  if (t < 32) tile[96 + t] = 0.0f;
  __syncthreads();
  for (int half = 64; half > 0; half /= 2) {
    if (t < half) tile[t] += tile[t + half];
    __syncthreads();
  }
  if (t == 0) result[0] = tile[0];
}
