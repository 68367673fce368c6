// fixed: the address that malloc gave is kept for free
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: i32[256]=iota ro
// arg: i32[32]=undefined

__global__ void largest(const int* x, int* y) {
  int* mine = static_cast<int*>(malloc(8 * sizeof(int)));
  for (int k = 0; k < 8; ++k) mine[k] = x[8 * threadIdx.x + k] % 7;
  int most = *mine;
  for (int k = 1; k < 8; ++k) most = max(most, mine[k]);
  y[threadIdx.x] = most;
  free(mine);
}
