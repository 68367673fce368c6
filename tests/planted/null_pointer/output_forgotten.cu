// planted: the second output may be left out; the kernel writes it all the same
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[128]=uniform:4 ro
// arg: f32[128]=undefined
// arg: i32*=null
// finds: null-pointer

__global__ void relu(const float* x, float* y, int* mask) {
  const int i = threadIdx.x;
  const bool on = x[i] > 0.5f;
  y[i] = on ? x[i] : 0.0f;
  mask[i] = on;  // <- here
}
