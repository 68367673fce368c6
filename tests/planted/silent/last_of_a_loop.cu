// silent: what a loop found last is used only where it found something
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[300]=uniform:49 ro
// arg: f32[64]=undefined
// arg: i32=300

__global__ void last_large(const float* x, float* y, int n) {
  float last;
  int count = 0;
  for (int i = threadIdx.x; i < n; i += blockDim.x) {
    if (x[i] > 0.9f) {
      last = x[i];
      ++count;
    }
  }
  y[threadIdx.x] = count > 0 && last > 0.95f ? last : -1.0f;
}
