// planted: consumers wait for the empty slot, and nobody ever says that it is empty
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[128]=uniform:5 ro
// arg: f32[128]=undefined
// arg: i32=4
// finds: barrier

__global__ void pipeline(const float* x, float* y, int steps) {
  __shared__ float slot[32];
  const int lane = threadIdx.x % 32;
  if (threadIdx.x < 32) {
    for (int k = 0; k < steps; ++k) {
      if (k > 0) asm volatile("bar.sync 2, 64;" ::: "memory");  // <- here
      slot[lane] = x[k * 32 + lane] * 0.5f;
      asm volatile("bar.arrive 1, 64;" ::: "memory");
    }
  } else {
    for (int k = 0; k < steps; ++k) {
      asm volatile("bar.sync 1, 64;" ::: "memory");  // <- here
      y[k * 32 + lane] = slot[31 - lane];
    }
  }
}
