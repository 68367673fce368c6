// fixed: a barrier between
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[128]=uniform:2 ro
// arg: f32[128]=undefined

__global__ void reverse(const float* x, float* y) {
  __shared__ float tile[128];
  const int t = threadIdx.x;
  tile[t] = x[t];
  __syncthreads();
  y[t] = tile[127 - t];
}
