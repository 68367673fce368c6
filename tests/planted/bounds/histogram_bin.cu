// planted: the largest value falls into a bin that is not there
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: i32[256]=iota ro
// arg: u32[16]=zeros
// arg: i32=255
// finds: out-of-bounds

__global__ void histogram(const int* x, unsigned* bins, int largest) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const int bin = x[i] * 16 / largest;
  atomicAdd(&bins[bin], 1u);  // <- here
}
