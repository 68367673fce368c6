// silent: vectors where they fit, single elements behind them
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[403]=uniform:12 ro
// arg: f32[403]=undefined
// arg: i32=403

__global__ void scale(const float* x, float* y, int n) {
  const int v = threadIdx.x;
  if (4 * v + 3 < n) {
    float4 four = reinterpret_cast<const float4*>(x)[v];
    four.x *= 2.0f;
    four.y *= 2.0f;
    four.z *= 2.0f;
    four.w *= 2.0f;
    reinterpret_cast<float4*>(y)[v] = four;
  } else {
    for (int i = 4 * v; i < n; ++i) y[i] = 2.0f * x[i];
  }
}
