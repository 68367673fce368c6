// planted: a transpose checks the shape of its input where it writes its output
// launch: grid 3,2,1 block 16,16,1 shared 0
// arg: f32[1200]=uniform:5 ro
// arg: f32[1200]=undefined
// arg: i32=30
// arg: i32=40
// finds: out-of-bounds
// also: race

__global__ void transpose(const float* in, float* out, int height, int width) {
  __shared__ float tile[16][17];
  int x = blockIdx.x * 16 + threadIdx.x;
  int y = blockIdx.y * 16 + threadIdx.y;
  tile[threadIdx.y][threadIdx.x] = x < width && y < height ? in[y * width + x] : 0.0f;
  __syncthreads();
  x = blockIdx.y * 16 + threadIdx.x;
  y = blockIdx.x * 16 + threadIdx.y;
  if (x < width && y < width) out[y * height + x] = tile[threadIdx.x][threadIdx.y];  // <- here
}
