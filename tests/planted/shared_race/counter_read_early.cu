// planted: a shared counter is read while others still add to it
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[64]=undefined
// finds: race

__global__ void count_even(const int* x, int* y) {
  __shared__ int count;
  const int t = threadIdx.x;
  if (t == 0) count = 0;
  __syncthreads();
  if (x[t] % 2 == 0) atomicAdd(&count, 1);  // <- and here
  y[t] = count;                             // <- here
}
