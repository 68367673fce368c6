// planted: how many were found decides, and the count never started
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[640]=uniform:45 ro
// arg: i32[64]=zeros
// arg: i32=640
// finds: uninitialized

__global__ void has_many_large(const float* x, int* y, int n) {
  int found;
  for (int i = threadIdx.x; i < n; i += blockDim.x) {
    if (x[i] > 0.75f) ++found;  // <- here
  }
  if (found > 3) y[threadIdx.x] = 1;
}
