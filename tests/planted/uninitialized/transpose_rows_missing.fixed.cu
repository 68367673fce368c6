// fixed: each row of threads loads four rows
// launch: grid 1,1,1 block 32,8,1 shared 0
// arg: f32[1024]=uniform:5 ro
// arg: f32[1024]=undefined

__global__ void transpose(const float* in, float* out) {
  __shared__ float tile[32][33];
  const int x = threadIdx.x;
  for (int y = threadIdx.y; y < 32; y += 8) tile[y][x] = in[y * 32 + x];
  __syncthreads();
  for (int row = threadIdx.y; row < 32; row += 8) {
    out[row * 32 + x] = tile[x][row];
  }
}
