// planted: malloc is given elements, not bytes
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[256]=uniform:5 ro
// arg: f32[32]=undefined
// finds: out-of-bounds

__global__ void norm(const float* x, float* y) {
  float* squares = static_cast<float*>(malloc(8));
  if (squares == nullptr) return;
  for (int k = 0; k < 8; ++k) {
    const float v = x[8 * threadIdx.x + k];
    squares[(k * 3) % 8] = v * v;  // <- here
  }
  float sum = 0;
  for (int k = 0; k < 8; ++k) sum += squares[(k * 5) % 8];
  y[threadIdx.x] = sqrtf(sum);
  free(squares);
}
