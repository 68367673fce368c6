// planted: the last lane of each warp reads its neighbour of the next warp, and then has no use for it
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:64 ro
// arg: f32[64]=zeros
// finds: race

__global__ void differences(const float* x, float* y) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  s[t] = x[t];  // <- and here
  __syncwarp();
  const float next = s[(t + 1) % 64];  // <- here
  __syncwarp();
  y[t] = t % 32 == 31 ? 0.0f : next - x[t];
}
