// fixed: it starts with the row's first element
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[320]=uniform:19 ro
// arg: f32[32]=undefined
// arg: i32=10

__global__ void row_max(const float* a, float* largest, int columns) {
  const int row = threadIdx.x;
  largest[row] = a[row * columns];
  for (int k = 0; k < columns; ++k) {
    if (a[row * columns + k] > largest[row]) {
      largest[row] = a[row * columns + k];
    }
  }
}
