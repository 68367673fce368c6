// fixed: the thread above the diagonal swaps them
// launch: grid 1,1,1 block 16,16,1 shared 0
// arg: f32[256]=uniform:8

__global__ void transpose(float* a) {
  const int x = threadIdx.x, y = threadIdx.y;
  if (x > y) {
    const float upper = a[y * 16 + x];
    const float lower = a[x * 16 + y];
    a[y * 16 + x] = lower;
    a[x * 16 + y] = upper;
  }
}
