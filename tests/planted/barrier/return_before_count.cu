// planted: threads past the end return, and the barrier still counts them
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: f32[200]=uniform:2 ro
// arg: f32[200]=undefined
// arg: i32=200
// finds: barrier

__global__ void block_mean(const float* x, float* y, int n) {
  __shared__ float sum;
  const int t = threadIdx.x;
  const int i = blockIdx.x * 128 + t;
  if (t == 0) sum = 0.0f;
  __syncthreads();
  if (i >= n) return;
  atomicAdd(&sum, x[i]);
  asm volatile("bar.sync 1, 128;" ::: "memory");  // <- here
  y[i] = sum / 128.0f;
}
