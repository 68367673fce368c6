// silent: an unwritten slot takes part in a condition that is false without it
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[20]=uniform:28 ro
// arg: f32[32]=zeros
// arg: i32=20

__global__ void threshold(const float* x, float* y, int n) {
  __shared__ float tile[32];
  const int t = threadIdx.x;
  if (t < n) tile[t] = x[t];
  __syncwarp();
  const float v = tile[t];
  if (t < n && v > 0.5f) y[t] = v;
}
