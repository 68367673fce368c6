// silent: threads past the end return before the barrier, which does not wait for threads that have ended
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: f32[200]=uniform:6 ro
// arg: f32[200]=undefined
// arg: i32=200

__global__ void reverse_blocks(const float* x, float* y, int n) {
  __shared__ float tile[128];
  const int t = threadIdx.x;
  const int i = blockIdx.x * 128 + t;
  if (i >= n) return;
  tile[t] = x[i];
  __syncthreads();
  const int here = min(128, n - blockIdx.x * 128);
  y[i] = tile[here - 1 - t];
}
