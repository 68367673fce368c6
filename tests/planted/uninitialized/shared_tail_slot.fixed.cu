// fixed: threads past the end write 0
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[100]=uniform:1 ro
// arg: f32[2]=undefined
// arg: i32=100

__global__ void block_sum(const float* x, float* sum, int n) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  const int i = blockIdx.x * 64 + t;
  tile[t] = i < n ? x[i] : 0.0f;
  __syncthreads();
  if (t == 0) {
    float s = 0.0f;
    for (int k = 0; k < 64; ++k) s += tile[k];
    sum[blockIdx.x] = s;
  }
}
