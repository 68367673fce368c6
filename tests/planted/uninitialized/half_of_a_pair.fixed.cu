// fixed: it is 0 otherwise
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:52 ro
// arg: f32[64]=undefined
// arg: i32=32

#include <cuda_fp16.h>

__global__ void doubled(const float* x, float* y, int n) {
  const int t = threadIdx.x;
  __half2 v = __float2half2_rn(0.0f);
  v.x = __float2half(x[t]);
  if (n > 32) v.y = __float2half(x[t - 32]);
  v = __hmul2(v, __float2half2_rn(2.0f));
  y[t] = __half2float(v.x);
  y[t + 32] = __half2float(v.y);
}
