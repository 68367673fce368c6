// silent: a block copies its tiles asynchronously, one ahead (cooperative_groups/memcpy_async.h)
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: i32[1024]=iota ro
// arg: i32[256]=undefined

#include <cooperative_groups.h>
#include <cooperative_groups/memcpy_async.h>

namespace cg = cooperative_groups;

__global__ void sum_of_tiles(const int* x, int* y) {
  __shared__ int tile[2][128];
  const auto block = cg::this_thread_block();
  const int i = block.thread_rank();
  const int* mine = x + 512 * blockIdx.x;
  int sum = 0;
  cg::memcpy_async(block, tile[0], mine, sizeof(tile[0]));
  for (int t = 0; t < 4; ++t) {
    if (t < 3) {
      cg::memcpy_async(block, tile[(t + 1) % 2], mine + 128 * (t + 1), sizeof(tile[0]));
      cg::wait_prior<1>(block);
    } else {
      cg::wait(block);
    }
    sum += tile[t % 2][127 - i];
    block.sync();
  }
  y[128 * blockIdx.x + i] = sum;
}
