// planted: a plain flag in a waiting loop: the compiler reads it once
// launch: grid 2,1,1 block 32,1,1 shared 0
// arg: i32[1]=zeros
// arg: i32[1]=zeros
// finds: timeout
// also: race

__global__ void hand_over(int* flag, int* data) {
  int* watched = flag;
  if (threadIdx.x != 0) return;
  if (blockIdx.x == 1) {
    atomicExch(data, 42);
    __threadfence();
    atomicExch(flag, 1);  // <- and here
  } else {
    int turns = 0;
    while (*watched == 0) ++turns;  // <- here
    __threadfence();
    atomicAdd(data, turns > 0 ? 1 : 2);
  }
}
