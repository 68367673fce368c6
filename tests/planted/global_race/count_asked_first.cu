// planted: a plain read decides whether there is room for one more
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: i32[1]=zeros
// finds: race

__global__ void fill(int* count) {
  if (*count < 10) {          // <- and here
    atomicAdd(count, 1);      // <- here
  }
}
