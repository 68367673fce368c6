// planted: the two arms of a branch each have a barrier, and the threads of a warp part there
// launch: grid 1,1,1 block 96,1,1 shared 0
// arg: f32[96]=uniform:9 ro
// arg: f32[96]=undefined
// finds: barrier

__global__ void mirror(const float* x, float* y) {
  __shared__ float tile[96];
  const int t = threadIdx.x;
  if (t < 40) {
    tile[t] = x[t];
    __syncthreads();  // <- here
    y[t] = 2.0f * tile[95 - t];
  } else {
    tile[t] = -x[t];
    __syncthreads();  // <- and here
    y[t] = tile[95 - t] + 1.0f;
  }
}
