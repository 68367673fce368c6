// silent: a shared histogram that is cleared, counted atomically and read, with barriers between
// launch: grid 2,1,1 block 96,1,1 shared 0
// arg: u8[192]=uniform:13 ro
// arg: u32[256]=zeros

__global__ void histogram(const unsigned char* x, unsigned* bins) {
  __shared__ unsigned counts[256];
  for (int b = threadIdx.x; b < 256; b += blockDim.x) counts[b] = 0;
  __syncthreads();
  atomicAdd(&counts[x[blockIdx.x * blockDim.x + threadIdx.x]], 1u);
  __syncthreads();
  for (int b = threadIdx.x; b < 256; b += blockDim.x) {
    if (counts[b] > 0) atomicAdd(&bins[b], counts[b]);
  }
}
