// planted: bins in shared memory are counted up without atomics
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: u8[128]=uniform:8 ro
// arg: u32[8]=undefined
// finds: race

__global__ void histogram(const unsigned char* x, unsigned* bins) {
  __shared__ unsigned counts[8];
  const int t = threadIdx.x;
  if (t < 8) counts[t] = 0;
  __syncthreads();
  counts[x[t] / 32] += 1;  // <- here
  __syncthreads();
  if (t < 8) bins[t] = counts[t];
}
