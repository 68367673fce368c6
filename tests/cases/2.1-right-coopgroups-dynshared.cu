// case: cooperative groups, and dynamic shared memory that the plan asks for; right
// exercise: 2.1
// verdict: pass
#include <cooperative_groups.h>
#include <tritutor.cuh>
namespace cg = cooperative_groups;
extern "C" __global__ void sum_reduction(const float* x, float* result, int n, float* scratch) {
  extern __shared__ float s[];
  auto block = cg::this_thread_block();
  auto warp = cg::tiled_partition<32>(block);
  int i = block.group_index().x * block.size() + block.thread_rank();
  float v = i < n ? x[i] : 0.f; for (int o = 16; o; o /= 2) v += warp.shfl_down(v, o);
  if (warp.thread_rank() == 0) s[warp.meta_group_rank()] = v;
  block.sync();
  if (block.thread_rank() == 0) { float t = 0; for (int w = 0; w < warp.meta_group_size(); w++) t += s[w]; scratch[blockIdx.x] = t; }
}
extern "C" __global__ void second(const float* x, float* result, int n, float* scratch) {
  auto warp = cg::tiled_partition<32>(cg::this_thread_block());
  float t = 0;
  for (int i = threadIdx.x; i < cdiv(n, 256); i += 32) t += scratch[i];
  for (int o = 16; o; o /= 2) t += warp.shfl_down(t, o);
  if (threadIdx.x == 0) result[0] = t;
}
void launch(Plan& plan, const Problem& p) { plan.scratch(4 * cdiv(p.n, 256)); plan.run("sum_reduction", cdiv(p.n, 256), 256, 8 * sizeof(float)); plan.run("second", 1, 32); }
