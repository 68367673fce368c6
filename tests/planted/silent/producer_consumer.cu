// silent: one warp fills two slots in turn, another empties them; named barriers say full and empty
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[256]=uniform:10 ro
// arg: f32[256]=undefined
// arg: i32=8

__device__ void wait(int barrier) { asm volatile("bar.sync %0, 64;" ::"r"(barrier) : "memory"); }
__device__ void arrive(int barrier) { asm volatile("bar.arrive %0, 64;" ::"r"(barrier) : "memory"); }

__global__ void relay(const float* x, float* y, int steps) {
  __shared__ float slot[2][32];
  const int lane = threadIdx.x % 32;
  const int full = 1, empty = 3;
  if (threadIdx.x < 32) {
    for (int k = 0; k < steps; ++k) {
      if (k >= 2) wait(empty + k % 2);
      slot[k % 2][lane] = 2.0f * x[k * 32 + lane];
      arrive(full + k % 2);
    }
  } else {
    for (int k = 0; k < steps; ++k) {
      wait(full + k % 2);
      y[k * 32 + lane] = slot[k % 2][31 - lane];
      if (k + 2 < steps) arrive(empty + k % 2);
    }
  }
}
