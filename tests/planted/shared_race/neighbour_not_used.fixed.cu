// fixed: a barrier of the block stands between
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:64 ro
// arg: f32[64]=zeros

__global__ void differences(const float* x, float* y) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  s[t] = x[t];
  __syncthreads();
  const float next = s[(t + 1) % 64];
  __syncwarp();
  y[t] = t % 32 == 31 ? 0.0f : next - x[t];
}
