// silent: __syncthreads_count and __syncthreads_or are barriers too
// launch: grid 1,1,1 block 96,1,1 shared 0
// arg: f32[96]=uniform:20 ro
// arg: f32[96]=undefined

__global__ void center(const float* x, float* y) {
  __shared__ float tile[96];
  const int t = threadIdx.x;
  tile[t] = x[t];
  const int large = __syncthreads_count(x[t] > 0.5f);
  const float v = tile[95 - t] / (1 + large);
  if (__syncthreads_or(v > 2.0f)) return;
  tile[t] = v;
  __syncthreads();
  y[t] = tile[(t + 1) % 96];
}
