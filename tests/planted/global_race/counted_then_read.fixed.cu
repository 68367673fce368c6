// fixed: a barrier after both
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: u32[64]=uniform:2:0:8 ro
// arg: u32[8]=undefined
// arg: u32[8]=undefined

__global__ void histogram(const unsigned* x, unsigned* bins, unsigned* copy) {
  const int t = threadIdx.x;
  if (t < 8) bins[t] = 0;
  __syncthreads();
  atomicAdd(&bins[x[t]], 1u);
  __syncthreads();
  if (t >= 56) copy[t - 56] = bins[t - 56];
}
