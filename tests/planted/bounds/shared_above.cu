// planted: every thread reads its right neighbour's slot; the last one has none
// launch: grid 1,1,1 block 256,1,1 shared 0
// arg: f32[257]=uniform:9 ro
// arg: f32[256]=undefined
// finds: out-of-bounds

__global__ void forward_difference(const float* x, float* y) {
  __shared__ float tile[256];
  const int t = threadIdx.x;
  tile[t] = x[t];
  __syncthreads();
  y[t] = tile[t + 1] - tile[t];  // <- here
}
