// silent: a loop of swaps gives each thread the value it has replaced, and how often it had to try
// launch: grid 2,1,1 block 32,1,1 shared 0
// arg: i32[1]=zeros
// arg: i32[64]=zeros
// arg: i32[64]=zeros

__global__ void numbers(int* counter, int* mine, int* tries) {
  const int t = blockIdx.x * blockDim.x + threadIdx.x;
  int assumed, seen = *counter, count = 0;
  do {
    assumed = seen;
    seen = atomicCAS(counter, assumed, assumed + 3);
    ++count;
  } while (seen != assumed);
  mine[t] = seen;
  tries[t] = count;
}
