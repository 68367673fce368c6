// silent: a flag stored with release and read with acquire orders the data without a fence
// launch: grid 2,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:37 ro
// arg: f32[32]=undefined
// arg: i32[1]=zeros
// arg: f32[32]=undefined

__global__ void relay(const float* x, float* data, int* ready, float* y) {
  const int lane = threadIdx.x;
  if (blockIdx.x == 0) {
    data[lane] = 2.0f * x[lane];
    __syncthreads();
    if (lane == 0) asm volatile("st.release.gpu.global.u32 [%0], 1;" ::"l"(ready) : "memory");
  } else {
    if (lane == 0) {
      int seen = 0;
      while (seen == 0) asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(seen) : "l"(ready) : "memory");
    }
    __syncthreads();
    y[lane] = data[31 - lane];
  }
}
