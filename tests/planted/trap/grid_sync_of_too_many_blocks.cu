// planted: a grid that meets in the middle has more blocks than the device holds at once
// launch: grid 300,1,1 block 1024,1,1 shared 0
// arg: i32[300]=zeros
// arg: i32[1]=undefined
// finds: trap

#include <cooperative_groups.h>

__global__ void sum_of_blocks(int* partial, int* sum) {
  const auto grid = cooperative_groups::this_grid();
  if (threadIdx.x == 0) partial[blockIdx.x] = blockIdx.x;
  grid.sync();  // <- here
  if (grid.thread_rank() == 0) {
    int all = 0;
    for (int b = 0; b < gridDim.x; ++b) all += partial[b];
    *sum = all;
  }
}
