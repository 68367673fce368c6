// planted: a function's local array still holds what the call before has left there
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[512]=uniform:20 ro
// arg: f32[32]=undefined
// arg: i32=8
// arg: i32=3
// finds: uninitialized

__device__ __noinline__ float spread(const float* x, int count, int step) {
  float values[8];
  for (int k = 0; k < count; ++k) values[k] = x[k];
  float s = 0.0f;
  for (int k = 0; k < 8; ++k) s += values[k * step % 8] * k;
  return s;
}

__global__ void differences(const float* x, float* y, int first, int second) {
  const float* row = x + threadIdx.x * 16;
  const float whole = spread(row, first, 3);
  const float part = spread(row + 8, second, 5);
  y[threadIdx.x] = whole - part;  // <- here
}
