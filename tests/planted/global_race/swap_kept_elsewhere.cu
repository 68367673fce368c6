// planted: a swap verifies a plain read, but the thread has stored what it read before
// launch: grid 2,1,1 block 32,1,1 shared 0
// arg: i32[1]=zeros
// arg: i32[64]=zeros
// finds: race

__global__ void numbers(int* counter, int* mine) {
  const int t = blockIdx.x * blockDim.x + threadIdx.x;
  int seen = *counter;  // <- and here
  mine[t] = seen;
  int assumed;
  do {
    assumed = seen;
    seen = atomicCAS(counter, assumed, assumed + 1);  // <- here
  } while (seen != assumed);
}
