// planted: the lower border of an image: rows below it are read
// launch: grid 4,4,1 block 8,8,1 shared 0
// arg: u8[1024]=uniform:17 ro
// arg: i32[1024]=undefined
// arg: i32=32
// arg: i32=32
// finds: out-of-bounds

__global__ void sobel(const unsigned char* image, int* edge, int height, int width) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) return;
  const int above = y > 0 ? y - 1 : 0;
  const int below = y + 1;
  const int top = image[above * width + x];
  const int bottom = image[below * width + x];  // <- here
  edge[y * width + x] = bottom - top;
}
