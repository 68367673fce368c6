// fixed: the total is skipped where nobody asked for it
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32*=null

__global__ void total(const int* x, int* sum) {
  if (sum != nullptr) atomicAdd(sum, x[threadIdx.x]);
}
