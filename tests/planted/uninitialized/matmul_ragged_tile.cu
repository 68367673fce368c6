// planted: a matrix product leaves the part of its tiles outside the matrix as it is
// launch: grid 1,1,1 block 16,16,1 shared 0
// arg: f32[144]=uniform:3 ro
// arg: f32[144]=uniform:4 ro
// arg: f32[256]=undefined
// arg: i32=16
// arg: i32=9
// finds: uninitialized

__global__ void matmul(const float* a, const float* b, float* c, int n, int k) {
  __shared__ float tile_a[16][16];
  __shared__ float tile_b[16][16];
  const int x = threadIdx.x, y = threadIdx.y;
  float sum = 0.0f;
  for (int from = 0; from < k; from += 16) {
    if (from + x < k) tile_a[y][x] = a[y * k + from + x];
    if (from + y < k) tile_b[y][x] = b[(from + y) * n + x];
    __syncthreads();
    for (int j = 0; j < 16; ++j) sum += tile_a[y][j] * tile_b[j][x];
    __syncthreads();
  }
  c[y * n + x] = sum;  // <- here
}
