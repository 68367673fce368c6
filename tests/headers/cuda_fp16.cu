// silent: half precision by operators and intrinsics (cuda_fp16.h)
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: i32[32]=iota ro
// arg: f32[256]=undefined

#include <cuda_fp16.h>

__global__ void halves(const int* x, float* out) {
  const int i = threadIdx.x;
  const __half a = __int2half_rn(x[i]), b = __float2half(0.5f);
  int row = 0;
  const auto put = [&](float result) { out[32 * row++ + i] = result; };
  put(__half2float(a * b + b));
  put(__half2float((a - b) / (b + b)));
  put(a > __half(15) ? 1.0f : 0.0f);
  put(__half2float(__hfma(a, a, b)));
  put(__half2float(hsqrt(a * a)) + __half2float(hrcp(__half(4))));
  const __half2 pair = __hfma2(__halves2half2(a, b), __float2half2_rn(2.0f), __half2half2(b));
  put(__low2float(pair));
  put(__high2float(pair));
  put(__half2float(__hmax(a, __hneg(b))) + static_cast<float>(__half2int_rz(a * b)));
}
