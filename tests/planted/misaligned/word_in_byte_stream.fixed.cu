// fixed: the word is put together from its bytes
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: u8[80]=uniform:2 ro
// arg: u32[64]=undefined

__global__ void every_word(const unsigned char* stream, unsigned* words) {
  const int i = threadIdx.x;
  unsigned word = 0;
  for (int b = 0; b < 4; ++b) word |= unsigned(stream[i + b]) << (8 * b);
  words[i] = word;
}
