// planted: all threads keep the maximum in one place, without an atomic
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[1]=undefined
// finds: race

__global__ void maximum(const int* x, int* result) {
  __shared__ int largest;
  const int t = threadIdx.x;
  if (t == 0) largest = -1;
  __syncthreads();
  if (x[t] > largest) largest = x[t];  // <- here
  __syncthreads();
  if (t == 0) result[0] = largest;
}
