// silent: a tile that is partly unwritten goes to scratch and back, and only what was written is used
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[80]=uniform:26 ro
// arg: f32[128]=scratch
// arg: f32[80]=undefined

__global__ void rotate(const float* x, float* scratch, float* y) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  if (t < 40) tile[t] = x[blockIdx.x * 40 + t];
  __syncthreads();
  scratch[blockIdx.x * 64 + t] = tile[t];
  __syncthreads();
  if (t < 40) y[blockIdx.x * 40 + t] = scratch[blockIdx.x * 64 + (t + 1) % 40];
}
