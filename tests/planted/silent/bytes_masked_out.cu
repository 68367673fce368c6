// silent: three bytes of a word are written; the fourth is masked out before the word is stored
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: u8[192]=uniform:39 ro
// arg: u32[64]=undefined

__global__ void widen(const unsigned char* rgb, unsigned* y) {
  __shared__ unsigned pixels[64];
  const int t = threadIdx.x;
  unsigned char* pixel = reinterpret_cast<unsigned char*>(&pixels[t]);
  for (int c = 0; c < 3; ++c) pixel[c] = rgb[t * 3 + c];
  y[t] = pixels[t] & 0x00ffffffu;
}
