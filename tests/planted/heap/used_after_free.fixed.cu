// fixed: the memory is freed once nobody reads it any more
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[128]=uniform:3 ro
// arg: f32[32]=undefined

__global__ void sum_of_four(const float* x, float* y) {
  float* mine = static_cast<float*>(malloc(4 * sizeof(float)));
  for (int k = 0; k < 4; ++k) mine[k] = x[4 * threadIdx.x + k];
  float sum = 0;
  for (int k = 0; k < 4; ++k) sum += mine[k];
  y[threadIdx.x] = sum;
  free(mine);
}
