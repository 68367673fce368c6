// planted: each thread frees its list before the sum is read from it
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[128]=uniform:3 ro
// arg: f32[32]=undefined
// finds: heap

__global__ void sum_of_four(const float* x, float* y) {
  float* mine = static_cast<float*>(malloc(4 * sizeof(float)));
  for (int k = 0; k < 4; ++k) mine[k] = x[4 * threadIdx.x + k];
  free(mine);
  float sum = 0;
  for (int k = 0; k < 4; ++k) sum += mine[k];  // <- here
  y[threadIdx.x] = sum;
}
