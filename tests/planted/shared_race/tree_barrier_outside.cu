// planted: the barrier of a tree reduction stands before the loop only
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[128]=uniform:5 ro
// arg: f32[1]=undefined
// finds: race

__global__ void sum(const float* x, float* result) {
  __shared__ float tile[128];
  const int t = threadIdx.x;
  tile[t] = x[t];
  __syncthreads();
  for (int half = 64; half > 0; half /= 2) {
    if (t < half) tile[t] += tile[t + half];  // <- here
  }
  if (t == 0) result[0] = tile[0];
}
