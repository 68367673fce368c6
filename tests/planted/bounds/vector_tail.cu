// planted: vector loads over a length that is not a multiple of four
// launch: grid 1,1,1 block 256,1,1 shared 0
// arg: f32[1002]=uniform:13 ro
// arg: f32[1002]=undefined
// arg: i32=1002
// finds: out-of-bounds

__global__ void copy(const float* x, float* y, int n) {
  const int v = threadIdx.x;
  if (v < (n + 3) / 4) {
    reinterpret_cast<float4*>(y)[v] = reinterpret_cast<const float4*>(x)[v];  // <- here
  }
}
