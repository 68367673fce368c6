// fixed: the tile has one slot more, which the last thread fills
// launch: grid 1,1,1 block 256,1,1 shared 0
// arg: f32[257]=uniform:9 ro
// arg: f32[256]=undefined

__global__ void forward_difference(const float* x, float* y) {
  __shared__ float tile[257];
  const int t = threadIdx.x;
  tile[t] = x[t];
  if (t == 255) tile[256] = x[256];
  __syncthreads();
  y[t] = tile[t + 1] - tile[t];
}
