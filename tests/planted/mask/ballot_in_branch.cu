// planted: a vote of the whole warp, taken where only some lanes are
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: i32[32]=uniform:3:0:100 ro
// arg: u32[32]=undefined
// finds: barrier

__global__ void large_lanes(const int* x, unsigned* y) {
  __shared__ unsigned lanes;
  const int t = threadIdx.x;
  if (t == 0) lanes = 0;
  __syncthreads();
  if (x[t] > 50) {
    const unsigned large = __ballot_sync(0xffffffff, x[t] > 75);  // <- here
    atomicOr(&lanes, large);
  }
  __syncthreads();  // <- and here
  y[t] = lanes;
}
