// planted: four warps of a block exchange elements with no sync() of their tile between
// launch: grid 2,1,1 block 256,1,1 shared 0
// arg: i32[512]=iota ro
// arg: i32[512]=undefined
// finds: race
// also: uninitialized

#include <cooperative_groups.h>

namespace cg = cooperative_groups;

__global__ void reverse_by_tiles(const int* x, int* y) {
  __shared__ cg::block_tile_memory<256> memory;
  __shared__ int elements[256];
  const auto tile = cg::tiled_partition<128>(cg::this_thread_block(memory));
  const int first = 128 * tile.meta_group_rank(), i = tile.thread_rank();
  elements[first + i] = x[256 * blockIdx.x + first + i];  // <- and here
  y[256 * blockIdx.x + first + i] = elements[first + 127 - i];  // <- here
}
