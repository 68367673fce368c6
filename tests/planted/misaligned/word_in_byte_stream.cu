// planted: a 32-bit word read from any byte of a stream
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: u8[80]=uniform:2 ro
// arg: u32[64]=undefined
// finds: misaligned

__global__ void every_word(const unsigned char* stream, unsigned* words) {
  const int i = threadIdx.x;
  words[i] = *reinterpret_cast<const unsigned*>(stream + i);  // <- here
}
