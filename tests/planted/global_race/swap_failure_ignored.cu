// planted: one swap, and nobody asks whether it has failed
// launch: grid 2,1,1 block 32,1,1 shared 0
// arg: i32[1]=zeros
// arg: i32[64]=zeros
// finds: race

__global__ void tickets(int* counter, int* mine) {
  const int seen = *counter;  // <- and here
  atomicCAS(counter, seen, seen + 1);  // <- here
  mine[blockIdx.x * blockDim.x + threadIdx.x] = seen;
}
