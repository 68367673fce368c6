// fixed: they wait for as many as there are
// launch: grid 4,1,1 block 32,1,1 shared 0
// arg: u32[1]=zeros
// arg: u32[4]=undefined

__global__ void meet(unsigned* arrived, unsigned* order) {
  if (threadIdx.x != 0) return;
  order[blockIdx.x] = atomicAdd(arrived, 1u);
  while (atomicAdd(arrived, 0u) < gridDim.x) {
  }
}
