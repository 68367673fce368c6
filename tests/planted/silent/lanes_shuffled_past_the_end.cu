// silent: lanes past the end shuffle what they do not have, and nobody adds it
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[20]=uniform:51 ro
// arg: f32[1]=zeros
// arg: i32=20

__global__ void total(const float* x, float* y, int n) {
  const int lane = threadIdx.x;
  float v;
  if (lane < n) v = x[lane];
  for (int d = 16; d > 0; d /= 2) {
    const float other = __shfl_down_sync(0xffffffff, v, d);
    if (lane + d < n) v += other;
  }
  if (lane == 0) atomicAdd(y, v);
}
