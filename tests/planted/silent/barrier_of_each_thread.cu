// silent: barrier.sync without .aligned counts thread by thread, wherever they are
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:17 ro
// arg: f32[64]=undefined

__device__ void meet() { asm volatile("barrier.sync 0;" ::: "memory"); }

__global__ void swap_neighbours(const float* x, float* y) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  if (t % 2 == 0) {
    tile[t] = x[t];
    meet();
    y[t] = tile[t + 1];
  } else {
    tile[t] = 2.0f * x[t];
    meet();
    y[t] = tile[t - 1] + 1.0f;
  }
}
