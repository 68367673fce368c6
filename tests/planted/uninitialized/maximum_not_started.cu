// planted: the running maximum of a row starts with what the output holds
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[320]=uniform:19 ro
// arg: f32[32]=undefined
// arg: i32=10
// finds: uninitialized

__global__ void row_max(const float* a, float* largest, int columns) {
  const int row = threadIdx.x;
  for (int k = 0; k < columns; ++k) {
    if (a[row * columns + k] > largest[row]) {  // <- here
      largest[row] = a[row * columns + k];
    }
  }
}
