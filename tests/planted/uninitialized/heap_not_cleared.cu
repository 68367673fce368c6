// planted: memory from malloc is taken to be zero
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: i32[512]=uniform:1 ro
// arg: i32[32]=undefined
// finds: uninitialized

__global__ void most_frequent(const int* x, int* y) {
  int* counts = static_cast<int*>(malloc(4 * sizeof(int)));
  for (int k = 0; k < 16; ++k) ++counts[x[16 * threadIdx.x + k] & 3];
  int best = 0;
  for (int c = 1; c < 4; ++c) {
    if (counts[c] > counts[best]) best = c;  // <- here
  }
  y[threadIdx.x] = best;  // <- here
  free(counts);
}
