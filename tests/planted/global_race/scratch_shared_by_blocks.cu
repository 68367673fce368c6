// planted: two rows of scratch for four blocks
// launch: grid 4,1,1 block 32,1,1 shared 0
// arg: f32[128]=uniform:10 ro
// arg: f32[128]=scratch
// arg: f32[128]=undefined
// finds: race

__global__ void reverse(const float* x, float* scratch, float* y) {
  const int t = threadIdx.x;
  float* row = scratch + blockIdx.x % 2 * 32;
  row[t] = x[blockIdx.x * 32 + t];  // <- here
  __syncthreads();
  y[blockIdx.x * 32 + t] = row[31 - t];
}
