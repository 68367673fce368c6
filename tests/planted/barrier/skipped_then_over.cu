// planted: the barrier is inside a branch, in a loop behind which nothing is left to do
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[256]=uniform:12 ro
// arg: f32[256]=undefined
// arg: i32=4
// finds: barrier

__global__ void stages(const float* x, float* y, int rounds) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
#pragma unroll 1
  for (int k = 0; k < rounds; ++k) {
    if (t % 4 >= k) {
      tile[t] = x[64 * k + t];
      __syncthreads();  // <- here
      y[64 * k + t] = tile[t];
    }
  }
}
