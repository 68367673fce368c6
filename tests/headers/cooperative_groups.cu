// silent: groups of every kind: their reductions, scans and partitions (cooperative_groups.h, reduce.h, scan.h)
// launch: grid 1,1,1 block 256,1,1 shared 0
// arg: i32[256]=iota ro
// arg: i32[3072]=undefined

#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
#include <cooperative_groups/scan.h>

namespace cg = cooperative_groups;

/// The sum of a tile's elements, and one element taken from the tile's last thread.
template <int size>
__device__ int tile_sum(const cg::thread_block& block, int value) {
  const auto tile = cg::tiled_partition<size>(block);
  return cg::reduce(tile, value, cg::plus<int>()) + 100000 * tile.meta_group_rank() +
         1000000 * (tile.shfl(value, size - 1) == value);
}

__global__ void groups(const int* x, int* out) {
  __shared__ cg::block_tile_memory<256> memory;
  const auto block = cg::this_thread_block(memory);
  const int i = block.thread_rank();
  const int value = x[i];
  int row = 0;
  const auto put = [&](int result) { out[256 * row++ + i] = result; };

  put(tile_sum<1>(block, value));
  put(tile_sum<2>(block, value));
  put(tile_sum<4>(block, value));
  put(tile_sum<8>(block, value));
  put(tile_sum<16>(block, value));
  put(tile_sum<32>(block, value));

  // Tiles of several warps.
  const auto wide = cg::tiled_partition<128>(block);
  put(cg::reduce(wide, value, cg::greater<int>()) + 1000 * wide.meta_group_rank());

  const auto warp = cg::tiled_partition<32>(block);
  put(cg::inclusive_scan(warp, value));
  put(cg::exclusive_scan(warp, value, cg::plus<int>()));
  const auto labeled = cg::labeled_partition(warp, value % 5);
  put(cg::reduce(labeled, value, cg::plus<int>()) + 10000 * labeled.thread_rank());
  const auto halves = cg::binary_partition(warp, (value & 4) != 0);
  put(cg::reduce(halves, value, cg::less<int>()) + 1000 * halves.size());

  int met = -1;
  if (value % 3 == 0) {
    const auto active = cg::coalesced_threads();
    met = cg::inclusive_scan(active, value) + 100000 * active.size();
  }
  put(met);
}
