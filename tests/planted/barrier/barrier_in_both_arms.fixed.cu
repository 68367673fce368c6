// fixed: one barrier, behind the branch
// launch: grid 1,1,1 block 96,1,1 shared 0
// arg: f32[96]=uniform:9 ro
// arg: f32[96]=undefined

__global__ void mirror(const float* x, float* y) {
  __shared__ float tile[96];
  const int t = threadIdx.x;
  tile[t] = t < 40 ? x[t] : -x[t];
  __syncthreads();
  y[t] = t < 40 ? 2.0f * tile[95 - t] : tile[95 - t] + 1.0f;
}
