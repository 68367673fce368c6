// fixed: whole vectors only; the rest one by one
// launch: grid 1,1,1 block 256,1,1 shared 0
// arg: f32[1002]=uniform:13 ro
// arg: f32[1002]=undefined
// arg: i32=1002

__global__ void copy(const float* x, float* y, int n) {
  const int v = threadIdx.x;
  if (v < n / 4) {
    reinterpret_cast<float4*>(y)[v] = reinterpret_cast<const float4*>(x)[v];
  }
  const int rest = n / 4 * 4 + v;
  if (rest < n) y[rest] = x[rest];
}
