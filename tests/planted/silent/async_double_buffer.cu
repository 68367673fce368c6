// silent: asynchronous copies one tile ahead, waited for and behind a barrier before they are read
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[512]=uniform:35 ro
// arg: f32[64]=undefined
// arg: i32=8

__device__ void copy_async(float* to, const float* from) {
  const unsigned address = static_cast<unsigned>(__cvta_generic_to_shared(to));
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(address), "l"(from) : "memory");
}

__global__ void tile_sums(const float* x, float* y, int tiles) {
  __shared__ float tile[2][64];
  const int t = threadIdx.x;
  float s = 0.0f;
  copy_async(&tile[0][t], &x[t]);
  asm volatile("cp.async.commit_group;" ::: "memory");
  for (int k = 0; k < tiles; ++k) {
    if (k + 1 < tiles) copy_async(&tile[(k + 1) % 2][t], &x[(k + 1) * 64 + t]);
    asm volatile("cp.async.commit_group;" ::: "memory");
    asm volatile("cp.async.wait_group 1;" ::: "memory");
    __syncthreads();
    s += tile[k % 2][63 - t];
    __syncthreads();
  }
  y[t] = s;
}
