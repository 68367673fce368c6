// planted: a compare-and-swap expects a value that was set in one arm only
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: i32[32]=iota ro
// arg: i32[32]=zeros
// arg: i32=10
// finds: uninitialized

__global__ void claim(const int* x, int* owner, int n) {
  const int t = threadIdx.x;
  int expected;
  if (t < n) expected = x[t] % 2;
  const int free_slot = __shfl_sync(0xffffffff, expected, 31 - t);  // <- here
  atomicCAS(&owner[t], free_slot, t);
}
