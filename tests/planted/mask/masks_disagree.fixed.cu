// fixed: both halves name the whole warp
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:4 ro
// arg: f32[32]=undefined

__global__ void exchange(const float* x, float* y) {
  __shared__ float tile[32];
  const int t = threadIdx.x;
  const unsigned partners = 0xffffffff;
  float v = x[t];
  v += __shfl_xor_sync(partners, v, 8);
  tile[t] = v;
  __syncthreads();
  y[t] = tile[31 - t];
}
