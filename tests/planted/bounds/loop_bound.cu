// planted: the loop over a row runs one column too far; only the last row leaves the matrix
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[3200]=uniform:6 ro
// arg: f32[64]=undefined
// arg: i32=64
// arg: i32=50
// finds: out-of-bounds

__global__ void row_sum(const float* a, float* sum, int rows, int columns) {
  const int row = threadIdx.x;
  if (row >= rows) return;
  float s = 0.0f;
  for (int k = 0; k <= columns; ++k) {
    s += a[row * columns + k];  // <- here
  }
  sum[row] = s;
}
