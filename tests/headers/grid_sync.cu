// silent: all blocks of a grid meet again and again (cooperative_groups.h)
// launch: grid 132,1,1 block 64,1,1 shared 0
// arg: i32[8448]=iota ro
// arg: i32[8448]=undefined

#include <cooperative_groups.h>

__global__ void rotate(const int* x, int* ring) {
  const auto grid = cooperative_groups::this_grid();
  const int i = grid.thread_rank(), n = grid.size();
  ring[i] = x[i];
  for (int round = 0; round < 10; ++round) {
    grid.sync();
    const int next = ring[(i + 100) % n];
    grid.sync();
    ring[i] = next;
  }
}
