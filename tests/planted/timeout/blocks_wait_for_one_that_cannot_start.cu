// planted: blocks that wait for each other are more than the device holds at once
// launch: grid 300,1,1 block 1024,1,1 shared 0
// arg: i32[300]=undefined
// arg: u32[1]=zeros
// finds: timeout

__global__ void all_arrive(int* seen, unsigned* arrived) {
  if (threadIdx.x == 0) {
    atomicAdd(arrived, 1u);
    while (atomicAdd(arrived, 0u) < gridDim.x) {  // <- here
    }
    seen[blockIdx.x] = 1;
  }
}
