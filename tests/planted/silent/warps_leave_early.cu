// silent: whole warps leave; the rest meets at a barrier that counts it
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: f32[256]=uniform:40 ro
// arg: f32[64]=undefined

__global__ void fold(const float* x, float* y) {
  __shared__ float tile[128];
  const int t = threadIdx.x;
  tile[t] = x[blockIdx.x * 128 + t];
  __syncthreads();
  if (t >= 64) return;
  tile[t] += tile[t + 64];
  asm volatile("bar.sync 1, 64;" ::: "memory");
  if (t < 32) y[blockIdx.x * 32 + t] = tile[t] + tile[63 - t];
}
