// planted: all lanes write their own number into one slot
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:7 ro
// arg: i32[32]=undefined
// finds: race

__global__ void find_large(const float* x, int* y) {
  __shared__ int winner;
  const int t = threadIdx.x;
  if (t == 0) winner = -1;
  __syncthreads();
  if (x[t] > 0.2f) winner = t;  // <- here
  __syncthreads();
  y[t] = winner;
}
