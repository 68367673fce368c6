// fixed: slot 0 is the halo, the tile starts at 1
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[128]=uniform:9 ro
// arg: f32[128]=undefined

__global__ void backward_difference(const float* x, float* y) {
  __shared__ float tile[65];
  const int t = threadIdx.x;
  const int i = blockIdx.x * 64 + t;
  float* own = tile + 1;
  own[t] = x[i];
  if (t == 0) own[-1] = i > 0 ? x[i - 1] : 0.0f;
  __syncthreads();
  y[i] = own[t] - own[t - 1];
}
