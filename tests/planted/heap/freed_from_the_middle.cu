// planted: the pointer that walked through the memory is freed instead of the first one
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: i32[256]=iota ro
// arg: i32[32]=undefined
// finds: heap

__global__ void largest(const int* x, int* y) {
  int* mine = static_cast<int*>(malloc(8 * sizeof(int)));
  for (int k = 0; k < 8; ++k) mine[k] = x[8 * threadIdx.x + k] % 7;
  int most = *mine;
  for (int k = 1; k < 8; ++k) most = max(most, *++mine);
  y[threadIdx.x] = most;
  free(mine);  // <- here
}
