// planted: lanes past the end bring an unwritten slot into the warp's sum
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[20]=uniform:14 ro
// arg: f32[1]=undefined
// arg: i32=20
// finds: uninitialized

__global__ void warp_sum(const float* x, float* sum, int n) {
  __shared__ float tile[32];
  const int t = threadIdx.x;
  if (t < n) tile[t] = x[t];
  __syncwarp();
  float v = tile[t];
  for (int step = 16; step > 0; step /= 2) v += __shfl_down_sync(0xffffffff, v, step);
  if (t == 0) {
    sum[0] = v;  // <- here
  }
}
