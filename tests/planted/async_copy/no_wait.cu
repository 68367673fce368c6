// planted: an asynchronous copy is read before anybody has waited for it
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:1 ro
// arg: f32[32]=undefined
// finds: race
// also: uninitialized

__device__ void copy_async(float* to, const float* from) {
  const unsigned address = static_cast<unsigned>(__cvta_generic_to_shared(to));
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(address), "l"(from) : "memory");  // <- and here
}

__global__ void copy(const float* x, float* y) {
  __shared__ float tile[32];
  const int t = threadIdx.x;
  copy_async(&tile[t], &x[t]);
  asm volatile("cp.async.commit_group;" ::: "memory");
  __syncthreads();
  y[t] = tile[31 - t];  // <- here
}
