// silent: all threads that find something store the same value in the same place
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[128]=uniform:1 ro
// arg: i32[1]=zeros
// arg: i32[128]=undefined

__global__ void any_large(const float* x, int* any, int* y) {
  __shared__ int found;
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  found = 0;
  __syncthreads();
  if (x[i] > 0.5f) {
    found = 1;
    *any = 1;
  }
  __syncthreads();
  y[i] = found;
}
