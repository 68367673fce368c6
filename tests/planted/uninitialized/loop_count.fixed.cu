// fixed: it is set for all inputs
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[128]=uniform:13 ro
// arg: f32[32]=undefined
// arg: i32=128

__global__ void strided_sum(const float* x, float* y, int n) {
  __shared__ int rounds;
  const int t = threadIdx.x;
  if (t == 0) rounds = n / 32;
  __syncthreads();
  float s = 0.0f;
  for (int k = 0; k < min(rounds, 4); ++k) s += x[k * 32 + t];
  y[t] = s;
}
