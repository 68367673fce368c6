// silent: a tiled matrix product whose ragged tiles are filled with 0
// launch: grid 3,2,1 block 16,16,1 shared 0
// arg: f32[600]=uniform:24 ro
// arg: f32[800]=uniform:25 ro
// arg: f32[1200]=undefined
// arg: i32=30
// arg: i32=40
// arg: i32=20

__global__ void matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ float tile_a[16][16];
  __shared__ float tile_b[16][16];
  const int x = threadIdx.x, y = threadIdx.y;
  const int row = blockIdx.y * 16 + y, column = blockIdx.x * 16 + x;
  float sum = 0.0f;
  for (int from = 0; from < k; from += 16) {
    tile_a[y][x] = row < m && from + x < k ? a[row * k + from + x] : 0.0f;
    tile_b[y][x] = column < n && from + y < k ? b[(from + y) * n + column] : 0.0f;
    __syncthreads();
    for (int j = 0; j < 16; ++j) sum += tile_a[y][j] * tile_b[j][x];
    __syncthreads();
  }
  if (row < m && column < n) c[row * n + column] = sum;
}
