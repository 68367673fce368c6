// fixed: the radius fits the table
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[80]=uniform:16 ro
// arg: f32[64]=undefined
// arg: i32=9

__constant__ float weight[9] = {0.02f, 0.05f, 0.12f, 0.2f, 0.22f, 0.2f, 0.12f, 0.05f, 0.02f};

__global__ void blur(const float* x, float* y, int taps) {
  const int i = threadIdx.x;
  float s = 0.0f;
  for (int k = 0; k < taps; ++k) {
    s += weight[k] * x[i + k];
  }
  y[i] = s;
}
