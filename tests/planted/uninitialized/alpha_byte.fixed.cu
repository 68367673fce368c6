// fixed: the fourth byte is opaque
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: u8[192]=uniform:17 ro
// arg: u32[64]=undefined

__global__ void widen(const unsigned char* rgb, unsigned* rgba) {
  __shared__ unsigned pixels[64];
  const int t = threadIdx.x;
  unsigned char* pixel = reinterpret_cast<unsigned char*>(&pixels[t]);
  for (int c = 0; c < 3; ++c) pixel[c] = rgb[t * 3 + c];
  pixel[3] = 255;
  rgba[t] = pixels[t];
}
