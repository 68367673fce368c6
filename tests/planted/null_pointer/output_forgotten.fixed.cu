// fixed: the second output is written where there is one
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[128]=uniform:4 ro
// arg: f32[128]=undefined
// arg: i32*=null

__global__ void relu(const float* x, float* y, int* mask) {
  const int i = threadIdx.x;
  const bool on = x[i] > 0.5f;
  y[i] = on ? x[i] : 0.0f;
  if (mask != nullptr) mask[i] = on;
}
