// fixed: all read, a barrier, all write
// launch: grid 1,1,1 block 96,1,1 shared 0
// arg: f32[96]=uniform:12 ro
// arg: f32[96]=undefined

__global__ void smooth(const float* x, float* y) {
  __shared__ float tile[98];
  const int t = threadIdx.x + 1;
  tile[t] = x[t - 1];
  if (t == 1) tile[0] = tile[97] = 0.0f;
  __syncthreads();
  const float mean = (tile[t - 1] + tile[t] + tile[t + 1]) / 3.0f;
  __syncthreads();
  tile[t] = mean;
  __syncthreads();
  y[t - 1] = tile[97 - t];
}
