// silent: two phases use the same shared memory for different things, with a barrier between
// launch: grid 1,1,1 block 64,1,1 shared 512
// arg: f32[64]=uniform:21 ro
// arg: f64[64]=undefined

__global__ void convert(const float* x, double* y) {
  extern __shared__ double memory[];
  float* first = reinterpret_cast<float*>(memory);
  const int t = threadIdx.x;
  first[t] = x[t];
  __syncthreads();
  const float v = first[63 - t];
  __syncthreads();
  memory[t] = 2.0 * v;
  __syncthreads();
  y[t] = memory[(t + 7) % 64];
}
