// planted: both threads of a pair swap the same two elements
// launch: grid 1,1,1 block 16,16,1 shared 0
// arg: f32[256]=uniform:8
// finds: race

__global__ void transpose(float* a) {
  const int x = threadIdx.x, y = threadIdx.y;
  if (x != y) {
    const float upper = a[y * 16 + x];  // <- and here
    const float lower = a[x * 16 + y];  // <- and here
    a[y * 16 + x] = lower;              // <- here
    a[x * 16 + y] = upper;              // <- here
  }
}
