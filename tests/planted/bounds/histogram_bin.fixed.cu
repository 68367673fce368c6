// fixed: the largest value belongs to the last bin
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: i32[256]=iota ro
// arg: u32[16]=zeros
// arg: i32=255

__global__ void histogram(const int* x, unsigned* bins, int largest) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const int bin = min(x[i] * 16 / largest, 15);
  atomicAdd(&bins[bin], 1u);
}
