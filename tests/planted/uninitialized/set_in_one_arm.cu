// planted: lanes past the end bring no value to the warp's sum
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[20]=uniform:43 ro
// arg: f32[1]=undefined
// arg: i32=20
// finds: uninitialized

__global__ void warp_total(const float* x, float* y, int n) {
  const int lane = threadIdx.x;
  float v;
  if (lane < n) v = x[lane];
  for (int d = 16; d > 0; d /= 2) v += __shfl_xor_sync(0xffffffff, v, d);  // <- here
  if (lane == 0) *y = v;
}
