// planted: each thread waits for its own copies and reads what others have copied
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:4 ro
// arg: f32[64]=undefined
// finds: race
// also: uninitialized

__device__ void copy_async(float* to, const float* from) {
  const unsigned address = static_cast<unsigned>(__cvta_generic_to_shared(to));
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(address), "l"(from) : "memory");  // <- and here
}

__global__ void reverse(const float* x, float* y) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  copy_async(&tile[t], &x[t]);
  asm volatile("cp.async.commit_group;" ::: "memory");
  asm volatile("cp.async.wait_group 0;" ::: "memory");
  y[t] = tile[63 - t];  // <- here
}
