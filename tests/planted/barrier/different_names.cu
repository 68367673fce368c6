// planted: producers and consumers wait at barriers of different names
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[32]=uniform:4 ro
// arg: f32[32]=undefined
// finds: barrier

__global__ void relay(const float* x, float* y) {
  __shared__ float tile[32];
  const int lane = threadIdx.x % 32;
  if (threadIdx.x < 32) {
    tile[lane] = 2.0f * x[lane];
    asm volatile("bar.sync 1, 64;" ::: "memory");  // <- here
  } else {
    asm volatile("bar.sync 2, 64;" ::: "memory");  // <- here
    y[lane] = tile[31 - lane];
  }
}
