// silent: a block's loads, sums, scans, sorts and stores, and a warp's (cub)
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: i32[1024]=iota ro
// arg: i32[2048]=undefined
// arg: i32[256]=undefined
// arg: i32[4]=undefined

#include <cub/block/block_load.cuh>
#include <cub/block/block_radix_sort.cuh>
#include <cub/block/block_reduce.cuh>
#include <cub/block/block_scan.cuh>
#include <cub/block/block_store.cuh>
#include <cub/warp/warp_reduce.cuh>
#include <cub/warp/warp_scan.cuh>

constexpr int threads = 128, items = 4;

__global__ void primitives(const int* x, int* tiles, int* warps, int* sums) {
  using Load = cub::BlockLoad<int, threads, items, cub::BLOCK_LOAD_TRANSPOSE>;
  using Store = cub::BlockStore<int, threads, items, cub::BLOCK_STORE_WARP_TRANSPOSE>;
  using Scan = cub::BlockScan<int, threads>;
  using Sort = cub::BlockRadixSort<int, threads, items>;
  using Reduce = cub::BlockReduce<int, threads>;
  using WarpScan = cub::WarpScan<int>;
  using WarpReduce = cub::WarpReduce<int, 8>;
  __shared__ union {
    typename Load::TempStorage load;
    typename Store::TempStorage store;
    typename Scan::TempStorage scan;
    typename Sort::TempStorage sort;
    typename Reduce::TempStorage reduce;
    typename WarpScan::TempStorage warp_scan[threads / 32];
    typename WarpReduce::TempStorage warp_reduce[threads / 8];
  } memory;
  const int first = blockIdx.x * threads * items;

  int value[items], scanned[items];
  Load(memory.load).Load(x + first, value);
  __syncthreads();
  int sum = Reduce(memory.reduce).Sum(value);
  if (threadIdx.x == 0) sums[blockIdx.x] = sum;
  __syncthreads();
  Scan(memory.scan).ExclusiveSum(value, scanned);
  __syncthreads();
  Store(memory.store).Store(tiles + first, scanned);
  __syncthreads();

  for (int& v : value) v = v * 7919 % 1009 - 500;
  Sort(memory.sort).Sort(value);
  __syncthreads();
  Store(memory.store).Store(tiles + 1024 + first, value);
  __syncthreads();

  int one;
  WarpScan(memory.warp_scan[threadIdx.x / 32]).InclusiveSum(x[threadIdx.x], one);
  warps[blockIdx.x * threads + threadIdx.x] = one;
  __syncthreads();
  // Only each group's first thread has the sum.
  sum = WarpReduce(memory.warp_reduce[threadIdx.x / 8]).Sum(x[threadIdx.x]);
  if (threadIdx.x == 8) sums[2 + blockIdx.x] = sum;
}
