// planted: insertion into a sorted list runs below its first slot
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[256]=uniform:2 ro
// arg: f32[32]=undefined
// arg: i32=8
// finds: stack-overflow

__global__ void median(const float* x, float* y, int count) {
  float sorted[8];
  for (int k = 0; k < 8; ++k) sorted[k] = 0.0f;
  for (int k = 0; k < count; ++k) {
    const float value = x[threadIdx.x * count + k];
    int at = k;
    while (k > 0 && sorted[at - 1] > value) {  // <- here
      sorted[at] = sorted[at - 1];
      --at;
    }
    sorted[at] = value;
  }
  y[threadIdx.x] = sorted[count / 2];
}
