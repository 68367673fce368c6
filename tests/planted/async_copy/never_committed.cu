// planted: the copies belong to no group yet when all groups are waited for
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[128]=uniform:3 ro
// arg: f32[128]=undefined
// finds: race
// also: uninitialized

__device__ void copy_async(float4* to, const float4* from) {
  const unsigned address = static_cast<unsigned>(__cvta_generic_to_shared(to));
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(address), "l"(from) : "memory");  // <- and here
}

__global__ void reverse(const float4* x, float4* y) {
  __shared__ float4 tile[32];
  const int t = threadIdx.x;
  copy_async(&tile[t], &x[t]);
  asm volatile("cp.async.wait_group 0;" ::: "memory");
  __syncthreads();
  y[31 - t] = tile[t];  // <- here
}
