// planted: threads set their bits of a word by reading and writing it
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:17 ro
// arg: u32[2]=undefined
// finds: race

__global__ void large_bits(const float* x, unsigned* bits) {
  __shared__ unsigned words[2];
  const int t = threadIdx.x;
  if (t < 2) words[t] = 0;
  __syncthreads();
  if (x[t] > 0.5f) words[t / 32] |= 1u << (t % 32);  // <- here
  __syncthreads();
  if (t < 2) bits[t] = words[t];
}
