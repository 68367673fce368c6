// planted: the pointer to the total was never set
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32*=null
// finds: null-pointer

__global__ void total(const int* x, int* sum) {
  atomicAdd(sum, x[threadIdx.x]);  // <- here
}
