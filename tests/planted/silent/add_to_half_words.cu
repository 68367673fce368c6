// silent: an addition to one half of a word by a swap of the whole, as for types that have no atomicAdd
// launch: grid 2,1,1 block 32,1,1 shared 0
// arg: u32[2]=zeros

__global__ void count_in_halves(unsigned* words) {
  const int half = threadIdx.x % 4;
  unsigned* word = words + half / 2;
  const int shift = half % 2 * 16;
  unsigned seen = *word, assumed;
  do {
    assumed = seen;
    const unsigned part = (assumed >> shift) + 1;
    const unsigned next = (assumed & ~(0xffffu << shift)) | (part & 0xffffu) << shift;
    seen = atomicCAS(word, assumed, next);
  } while (seen != assumed);
}
