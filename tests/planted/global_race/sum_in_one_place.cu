// planted: all threads add to one sum without an atomic
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[128]=uniform:4 ro
// arg: f32[1]=zeros
// finds: race

__global__ void total(const float* x, float* sum) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  sum[0] += x[i];  // <- here
}
