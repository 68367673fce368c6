// planted: the copy of the next tile starts while other warps still read this one
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[256]=uniform:5 ro
// arg: f32[64]=undefined
// arg: i32=4
// finds: race

__device__ void copy_async(float* to, const float* from) {
  const unsigned address = static_cast<unsigned>(__cvta_generic_to_shared(to));
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(address), "l"(from) : "memory");  // <- here
}

__global__ void tile_sums(const float* x, float* y, int tiles) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  float s = 0.0f;
  for (int k = 0; k < tiles; ++k) {
    copy_async(&tile[t], &x[k * 64 + t]);
    asm volatile("cp.async.commit_group;" ::: "memory");
    asm volatile("cp.async.wait_group 0;" ::: "memory");
    __syncthreads();
    s += tile[63 - t];  // <- and here
  }
  y[t] = s;
}
