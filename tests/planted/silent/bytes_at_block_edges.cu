// silent: blocks of 33 bytes meet in the middle of a word
// launch: grid 4,1,1 block 33,1,1 shared 0
// arg: u8[132]=uniform:32

__global__ void invert(unsigned char* x) {
  const int i = blockIdx.x * 33 + threadIdx.x;
  x[i] = 255 - x[i];
}
