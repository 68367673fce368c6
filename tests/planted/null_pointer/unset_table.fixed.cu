// fixed: the rows are found by their index
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[256]=uniform:2 ro
// arg: f32[4]=undefined

__global__ void row_heads(const float* x, float* heads) {
  const int row = threadIdx.x;
  if (row >= 4) return;
  heads[row] = x[row * 64] + x[row];
}
