// silent: an atomic maximum is left out where a plain read says that it has been passed already
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: i32[128]=iota ro
// arg: i32[1]=zeros

__global__ void maximum(const int* x, int* best) {
  const int mine = x[(blockIdx.x * blockDim.x + threadIdx.x) * 37 % 128];
  if (*best < mine) atomicMax(best, mine);
}
