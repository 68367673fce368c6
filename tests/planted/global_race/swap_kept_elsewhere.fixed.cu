// fixed: it stores what the swap that succeeded has replaced
// launch: grid 2,1,1 block 32,1,1 shared 0
// arg: i32[1]=zeros
// arg: i32[64]=zeros

__global__ void numbers(int* counter, int* mine) {
  const int t = blockIdx.x * blockDim.x + threadIdx.x;
  int seen = *counter;
  int assumed;
  do {
    assumed = seen;
    seen = atomicCAS(counter, assumed, assumed + 1);
  } while (seen != assumed);
  mine[t] = seen;
}
