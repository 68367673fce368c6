// fixed: __syncwarp orders memory
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:11 ro
// arg: f32[32]=undefined

__global__ void mix(const float* x, float* y) {
  __shared__ float tile[32];
  const int t = threadIdx.x;
  float v = x[t];
  tile[t] = v;
  v += __shfl_xor_sync(0xffffffff, v, 1);
  __syncwarp();
  y[t] = v * tile[31 - t];
}
