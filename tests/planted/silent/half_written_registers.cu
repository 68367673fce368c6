// silent: half of the lanes have no value, and nobody takes theirs
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[16]=uniform:11 ro
// arg: f32[32]=undefined

__global__ void twice(const float* x, float* y) {
  const int lane = threadIdx.x;
  float v;
  if (lane < 16) v = x[lane];
  y[lane] = __shfl_sync(0xffffffff, v, lane % 16);
}
