// silent: a grid-stride loop in place, with fewer threads than elements
// launch: grid 3,1,1 block 64,1,1 shared 0
// arg: f32[1000]=uniform:7
// arg: i32=1000

__global__ void square(float* x, int n) {
  const int stride = gridDim.x * blockDim.x;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) x[i] *= x[i];
}
