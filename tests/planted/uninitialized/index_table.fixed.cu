// fixed: the reader asks how long the list is
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: i32[32]=iota ro
// arg: f32[64]=uniform:12 ro
// arg: f32[32]=zeros

__global__ void gather(const int* key, const float* x, float* y) {
  __shared__ int list[32];
  __shared__ int length;
  const int t = threadIdx.x;
  if (t == 0) length = 0;
  __syncthreads();
  if (key[t] % 2 == 0) list[atomicAdd(&length, 1)] = key[t];
  __syncthreads();
  if (t < length) y[t] = x[list[t]];
}
