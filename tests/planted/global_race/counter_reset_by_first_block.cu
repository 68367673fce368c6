// planted: the first block clears the counter that all blocks add to
// launch: grid 4,1,1 block 32,1,1 shared 0
// arg: i32[128]=iota ro
// arg: i32[1]=zeros
// finds: race

__global__ void count_even(const int* x, int* count) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i == 0) count[0] = 0;  // <- and here
  __syncthreads();
  if (x[i] % 2 == 0) atomicAdd(&count[0], 1);  // <- here
}
