// fixed: without a bias nothing is added
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:1 ro
// arg: f32*=null
// arg: f32[64]=undefined

__global__ void add_bias(const float* x, const float* bias, float* y) {
  const int i = threadIdx.x;
  y[i] = x[i] + (bias != nullptr ? bias[i] : 0.0f);
}
