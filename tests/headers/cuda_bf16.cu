// silent: bfloat16 by operators and intrinsics (cuda_bf16.h)
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: i32[32]=iota ro
// arg: f32[192]=undefined

#include <cuda_bf16.h>

__global__ void brains(const int* x, float* out) {
  const int i = threadIdx.x;
  const __nv_bfloat16 a = __int2bfloat16_rn(x[i]), b = __float2bfloat16(0.25f);
  int row = 0;
  const auto put = [&](float result) { out[32 * row++ + i] = result; };
  put(__bfloat162float(a + b));
  put(__bfloat162float(a * b - b));
  put(a >= __nv_bfloat16(15.0f) ? 1.0f : 0.0f);
  put(__bfloat162float(__hfma(a, b, __nv_bfloat16(1.0f))));
  const __nv_bfloat162 pair = __hadd2(__halves2bfloat162(a, b), __float2bfloat162_rn(1.0f));
  put(__low2float(pair) + 100.0f * __high2float(pair));
  // Eight bits of mantissa: 256 + 1 is not there, and ties go to the even neighbour.
  put(__bfloat162float(__float2bfloat16_rn(256.0f + x[i])));
}
