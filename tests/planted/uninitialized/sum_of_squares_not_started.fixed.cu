// fixed: both start as 0
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[500]=uniform:42 ro
// arg: f32[32]=undefined
// arg: i32=500

struct Moments {
  float sum;
  float squares;
};

__global__ void variances(const float* x, float* y, int n) {
  Moments m;
  m.sum = m.squares = 0.0f;
  for (int i = threadIdx.x; i < n; i += 32) {
    m.sum += x[i];
    m.squares += x[i] * x[i];
  }
  y[threadIdx.x] = m.squares - m.sum * m.sum;
}
