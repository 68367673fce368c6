// silent: data behind a fence and an exchange, polled by an atomic that adds nothing
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:38 ro
// arg: f32[64]=undefined
// arg: i32[1]=zeros
// arg: f32[64]=undefined

__global__ void relay(const float* x, float* data, int* ready, float* y) {
  const int t = threadIdx.x;
  if (blockIdx.x == 0) {
    data[t] = 2.0f * x[t];
    __threadfence();
    __syncthreads();
    if (t == 0) atomicExch(ready, 1);
  } else {
    if (t == 0) {
      while (atomicAdd(ready, 0) == 0) {
      }
      __threadfence();
    }
    __syncthreads();
    y[t] = data[63 - t];
  }
}
