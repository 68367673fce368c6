// planted: an operation code past the last one meets the trap
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: i32[32]=iota ro
// arg: i32[32]=undefined
// finds: trap

__global__ void operate(const int* x, int* y) {
  const int i = threadIdx.x;
  const int code = x[i] % 5;
  int result = 0;
  switch (code) {
    case 0:
      result = x[i] + 1;
      break;
    case 1:
      result = x[i] * 3;
      break;
    case 2:
      result = x[i] ^ 21;
      break;
    case 3:
      result = -x[i];
      break;
    default:
      __trap();  // <- here
  }
  y[i] = result;
}
