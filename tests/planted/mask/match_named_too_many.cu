// planted: equal keys are matched under a mask that counts one lane too many
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: i32[20]=iota ro
// arg: u32[32]=undefined
// arg: i32=20
// finds: barrier

__global__ void peers(const int* key, unsigned* same, int n) {
  __shared__ unsigned result[32];
  const int t = threadIdx.x;
  result[t] = 0;
  const unsigned present = (1u << (n + 1)) - 1;
  if (t < n) {
    result[t] = __match_any_sync(present, key[t] / 3);  // <- here
  }
  __syncthreads();  // <- and here
  same[t] = result[31 - t];
}
