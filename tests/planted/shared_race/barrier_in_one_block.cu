// planted: the barrier belongs to a condition that holds for the first block only
// launch: grid 3,1,1 block 64,1,1 shared 0
// arg: f32[192]=uniform:9 ro
// arg: f32[192]=undefined
// finds: race

__global__ void shift(const float* x, float* y) {
  __shared__ float tile[65];
  const int t = threadIdx.x;
  const int i = blockIdx.x * 64 + t;
  tile[t + 1] = x[i];  // <- and here
  if (t == 0) tile[0] = blockIdx.x > 0 ? x[i - 1] : 0.0f;
  if (blockIdx.x == 0) __syncthreads();
  y[i] = tile[t];  // <- here
}
