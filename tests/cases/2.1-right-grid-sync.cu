// case: one launch whose blocks meet by grid.sync(); as many as an H200 holds at once; right
// exercise: 2.1
// verdict: pass
#include <cooperative_groups.h>
#include <tritutor.cuh>

namespace cg = cooperative_groups;

constexpr int BLOCK = 256;

__device__ float block_total(float v) {
  __shared__ float warps[BLOCK / 32];
  const auto block = cg::this_thread_block();
  const auto warp = cg::tiled_partition<32>(block);
  for (int o = 16; o > 0; o /= 2) v += warp.shfl_down(v, o);
  if (warp.thread_rank() == 0) warps[warp.meta_group_rank()] = v;
  block.sync();
  float total = 0;
  for (const float w : warps) total += w;
  block.sync();
  return total;
}

extern "C" __global__ void sum_reduction(const float* x, float* result, int n, float* scratch) {
  const auto grid = cg::this_grid();
  float v = 0;
  for (int i = static_cast<int>(grid.thread_rank()); i < n; i += static_cast<int>(grid.size())) v += x[i];
  v = block_total(v);
  if (threadIdx.x == 0) scratch[blockIdx.x] = v;
  grid.sync();
  if (blockIdx.x > 0) return;
  v = 0;
  for (unsigned b = threadIdx.x; b < gridDim.x; b += BLOCK) v += scratch[b];
  v = block_total(v);
  if (threadIdx.x == 0) result[0] = v;
}

void launch(Plan& plan, const Problem& p) {
  const int blocks = min(cdiv(p.n, BLOCK), 528);
  plan.scratch(sizeof(float) * blocks);
  plan.run("sum_reduction", blocks, BLOCK);
}
