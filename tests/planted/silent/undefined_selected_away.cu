// silent: unwritten slots are read, and their values replaced by 0 before the sum
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[20]=uniform:19 ro
// arg: f32[1]=undefined
// arg: i32=20

__global__ void sum(const float* x, float* total, int n) {
  __shared__ float tile[32];
  const int t = threadIdx.x;
  if (t < n) tile[t] = x[t];
  __syncwarp();
  const float read = static_cast<volatile float*>(tile)[t];
  float v = t < n ? read : 0.0f;
  for (int step = 16; step > 0; step /= 2) v += __shfl_down_sync(0xffffffff, v, step);
  if (t == 0) total[0] = v;
}
