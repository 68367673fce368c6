// planted: half a warp shuffles values down from lanes that take no part
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:15 ro
// arg: f32[16]=undefined
// finds: uninitialized

__global__ void pair_sum(const float* x, float* y) {
  const int t = threadIdx.x;
  if (t >= 16) return;
  float v = x[t];
  v += __shfl_down_sync(0x0000ffff, v, 4);
  y[t] = v;  // <- here
}
