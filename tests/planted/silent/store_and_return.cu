// silent: threads past the end store their zero and return, the others meet
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[100]=uniform:16 ro
// arg: f32[128]=undefined
// arg: i32=100

__global__ void reverse_and_pad(const float* x, float* y, int n) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  const int i = blockIdx.x * 64 + t;
  if (i >= n) {
    y[i] = 0.0f;
    return;
  }
  tile[t] = x[i];
  __syncthreads();
  const int here = min(64, n - blockIdx.x * 64);
  y[i] = tile[here - 1 - t];
}
