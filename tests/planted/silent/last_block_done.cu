// silent: the block that finishes last, by an atomic counter behind a fence, reads what all have written
// launch: grid 8,1,1 block 64,1,1 shared 0
// arg: f32[512]=uniform:2 ro
// arg: f32[8]=undefined
// arg: u32[1]=zeros
// arg: f32[1]=undefined

__global__ void sum(const float* x, float* partial, unsigned* done, float* total) {
  __shared__ float tile[64];
  __shared__ bool last;
  const int t = threadIdx.x;
  tile[t] = x[blockIdx.x * 64 + t];
  __syncthreads();
  for (int half = 32; half > 0; half /= 2) {
    if (t < half) tile[t] += tile[t + half];
    __syncthreads();
  }
  if (t == 0) {
    partial[blockIdx.x] = tile[0];
    __threadfence();
    last = atomicAdd(done, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (!last) return;
  __threadfence();
  float v = t < gridDim.x ? static_cast<volatile float*>(partial)[t] : 0.0f;
  if (t >= 32) return;
  for (int step = 16; step > 0; step /= 2) v += __shfl_down_sync(0xffffffff, v, step);
  if (t == 0) {
    total[0] = v;
    *done = 0;
  }
}
