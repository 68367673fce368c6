// silent: a volatile load has seen what the other block stored in the flag, and so the flag may be cleared plainly
// launch: grid 2,1,1 block 32,1,1 shared 0
// arg: i32[1]=zeros

__global__ void hand_over(int* flag) {
  if (threadIdx.x != 0) return;
  if (blockIdx.x == 0) {
    *static_cast<volatile int*>(flag) = 1;
  } else {
    while (*static_cast<volatile int*>(flag) == 0) {
    }
    *flag = 0;
  }
}
