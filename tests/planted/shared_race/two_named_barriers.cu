// planted: each half of the block has a barrier of its own, and reads the other half's slots
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[128]=uniform:10 ro
// arg: f32[128]=undefined
// finds: race
// also: uninitialized

__global__ void swap_halves(const float* x, float* y) {
  __shared__ float tile[128];
  const int t = threadIdx.x;
  tile[t] = x[t];  // <- and here
  const int half = 1 + t / 64;
  asm volatile("bar.sync %0, 64;" ::"r"(half) : "memory");
  y[t] = tile[t ^ 64];  // <- here
}
