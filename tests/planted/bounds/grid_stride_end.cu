// planted: a grid-stride loop that ends a stride too late
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: f32[1024]=uniform:8
// arg: i32=1024
// finds: out-of-bounds

__global__ void clamp(float* x, int n) {
  const int stride = gridDim.x * blockDim.x;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n + stride; i += stride) {
    x[i] = fminf(x[i], 0.5f);  // <- here
  }
}
