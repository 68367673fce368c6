// planted: the running maximum is kept in the input's first element
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: i32[128]=iota ro
// arg: i32[1]=zeros
// finds: read-only-write

__global__ void largest(int* x, int* result) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const int before = atomicMax(&x[0], x[i]);  // <- here
  atomicMax(result, before);
}
