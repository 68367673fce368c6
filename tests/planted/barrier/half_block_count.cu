// planted: a barrier for the first half of the block counts all of it
// launch: grid 1,1,1 block 256,1,1 shared 0
// arg: f32[256]=uniform:7 ro
// arg: f32[256]=undefined
// finds: barrier

__global__ void fold(const float* x, float* y) {
  __shared__ float tile[128];
  const int t = threadIdx.x;
  if (t < 128) {
    tile[t] = x[t] + x[t + 128];
    asm volatile("bar.sync 3, 256;" ::: "memory");  // <- here
    y[t] = tile[127 - t];
  } else {
    y[t] = x[t];
  }
}
