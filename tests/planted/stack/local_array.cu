// planted: the window holds five values and is filled with more
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[64]=uniform:1 ro
// arg: f32[32]=undefined
// arg: i32=9
// arg: i32=3
// finds: stack-overflow

__global__ void window(const float* x, float* y, int taps, int pick) {
  float values[5];
  for (int k = 0; k < taps; ++k) {
    values[k] = x[threadIdx.x + k];  // <- here
  }
  y[threadIdx.x] = values[pick];
}
