// planted: an atomic counter behind a one-byte header
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: u8[64]=zeros
// finds: misaligned

__global__ void count(unsigned char* packet) {
  unsigned* counter = reinterpret_cast<unsigned*>(packet + 1);
  atomicAdd(counter, threadIdx.x);  // <- here
}
