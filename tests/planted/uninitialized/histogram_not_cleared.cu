// planted: the bins in shared memory are counted up from whatever was there
// launch: grid 1,1,1 block 64,1,1 shared 64
// arg: u8[256]=uniform:6 ro
// arg: u32[16]=undefined
// finds: uninitialized

__global__ void histogram(const unsigned char* x, unsigned* bins) {
  extern __shared__ unsigned counts[];
  const int t = threadIdx.x;
  for (int i = t; i < 256; i += 64) atomicAdd(&counts[x[i] / 16], 1u);  // <- here
  __syncthreads();
  if (t < 16) {
    bins[t] = counts[t];  // <- here
  }
}
