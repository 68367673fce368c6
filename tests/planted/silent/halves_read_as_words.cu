// silent: two threads each write half a word, which a third reads whole after the barrier
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: u16[64]=uniform:31 ro
// arg: u32[32]=undefined

__global__ void pack(const unsigned short* x, unsigned* y) {
  __shared__ unsigned words[32];
  const int t = threadIdx.x;
  reinterpret_cast<unsigned short*>(words)[t] = x[63 - t];
  __syncthreads();
  if (t < 32) y[t] = words[31 - t];
}
