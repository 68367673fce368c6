// fixed: a fence on either side of the flag
// launch: grid 2,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:12 ro
// arg: f32[1]=zeros
// arg: i32[1]=zeros
// arg: f32[32]=undefined

__global__ void hand_over(const float* x, float* largest, int* ready, float* y) {
  const int lane = threadIdx.x;
  volatile int* flag = ready;
  if (blockIdx.x == 0) {
    float v = x[lane];
    for (int step = 16; step > 0; step /= 2) v = fmaxf(v, __shfl_xor_sync(0xffffffff, v, step));
    if (lane == 0) {
      largest[0] = v;
      __threadfence();
      *flag = 1;
    }
  } else {
    while (*flag == 0) {
    }
    __threadfence();
    y[lane] = x[lane] / largest[0];
  }
}
