// planted: of two numbers in one word the second is set only for long rows, and stored always
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:52 ro
// arg: f32[64]=undefined
// arg: i32=32
// finds: uninitialized

#include <cuda_fp16.h>

__global__ void doubled(const float* x, float* y, int n) {
  const int t = threadIdx.x;
  __half2 v;
  v.x = __float2half(x[t]);
  if (n > 32) v.y = __float2half(x[t - 32]);
  v = __hmul2(v, __float2half2_rn(2.0f));  // <- here
  y[t] = __half2float(v.x);
  y[t + 32] = __half2float(v.y);
}
