// silent: a tile with a padding column that nobody writes or reads
// launch: grid 2,3,1 block 32,8,1 shared 0
// arg: f32[4500]=uniform:5 ro
// arg: f32[4500]=undefined
// arg: i32=90
// arg: i32=50

__global__ void transpose(const float* in, float* out, int height, int width) {
  __shared__ float tile[32][33];
  int x = blockIdx.x * 32 + threadIdx.x;
  int y = blockIdx.y * 32 + threadIdx.y;
  for (int j = 0; j < 32; j += 8) {
    if (x < width && y + j < height) tile[threadIdx.y + j][threadIdx.x] = in[(y + j) * width + x];
  }
  __syncthreads();
  x = blockIdx.y * 32 + threadIdx.x;
  y = blockIdx.x * 32 + threadIdx.y;
  for (int j = 0; j < 32; j += 8) {
    if (x < height && y + j < width) out[(y + j) * height + x] = tile[threadIdx.x][threadIdx.y + j];
  }
}
