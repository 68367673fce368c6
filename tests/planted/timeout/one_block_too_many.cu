// planted: the blocks wait for one more block than there are
// launch: grid 4,1,1 block 32,1,1 shared 0
// arg: u32[1]=zeros
// arg: u32[4]=undefined
// finds: timeout

__global__ void meet(unsigned* arrived, unsigned* order) {
  if (threadIdx.x != 0) return;
  order[blockIdx.x] = atomicAdd(arrived, 1u);
  while (atomicAdd(arrived, 0u) < gridDim.x + 1) {  // <- here
  }
}
