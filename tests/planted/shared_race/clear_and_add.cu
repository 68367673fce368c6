// planted: one thread clears a counter while others may already add to it
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[1]=undefined
// finds: race

__global__ void count_odd(const int* x, int* result) {
  __shared__ int count;
  const int t = threadIdx.x;
  if (t == 0) count = 0;                    // <- and here
  if (x[t] % 2 != 0) atomicAdd(&count, 1);  // <- here
  __syncthreads();
  if (t == 0) result[0] = count;
}
