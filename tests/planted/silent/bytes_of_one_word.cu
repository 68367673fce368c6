// silent: neighbours write the bytes of one word, each its own
// launch: grid 2,1,1 block 96,1,1 shared 0
// arg: u8[192]=uniform:17 ro
// arg: u8[192]=undefined

__global__ void invert(const unsigned char* x, unsigned char* y) {
  __shared__ unsigned char tile[96];
  const int t = threadIdx.x;
  const int i = blockIdx.x * 96 + t;
  tile[t] = 255 - x[i];
  __syncthreads();
  y[blockIdx.x * 96 + 95 - t] = tile[t];
}
