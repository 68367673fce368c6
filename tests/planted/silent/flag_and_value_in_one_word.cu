// silent: a value travels with its flag in one 64-bit word; no fence is needed
// launch: grid 5,1,1 block 32,1,1 shared 0
// arg: i32[160]=iota ro
// arg: u64[5]=zeros
// arg: i32[5]=undefined

__global__ void chain(const int* x, unsigned long long* state, int* y) {
  int v = x[blockIdx.x * 32 + threadIdx.x];
  for (int step = 16; step > 0; step /= 2) v += __shfl_xor_sync(0xffffffff, v, step);
  if (threadIdx.x != 0) return;
  unsigned long long before = 0;
  if (blockIdx.x > 0) {
    volatile unsigned long long* watched = &state[blockIdx.x - 1];
    do {
      before = *watched;
    } while (before >> 32 == 0);
  }
  const unsigned sum = static_cast<unsigned>(before) + v;
  *static_cast<volatile unsigned long long*>(&state[blockIdx.x]) = 1ull << 32 | sum;
  y[blockIdx.x] = sum;
}
