// planted: slot 0 still holds the maximum when the next reduction fills its slots
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:14 ro
// arg: f32[64]=undefined
// finds: race

__global__ void softmax(const float* x, float* y) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  tile[t] = x[t];
  __syncthreads();
  for (int half = 32; half > 0; half /= 2) {
    if (t < half) tile[t] = fmaxf(tile[t], tile[t + half]);
    __syncthreads();
  }
  const float e = expf(x[t] - tile[0]);  // <- and here
  tile[t] = e;                           // <- here
  __syncthreads();
  for (int half = 32; half > 0; half /= 2) {
    if (t < half) tile[t] += tile[t + half];
    __syncthreads();
  }
  y[t] = e / tile[0];
}
