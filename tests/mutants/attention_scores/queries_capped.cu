// mutant: at most 512 blocks of 32 queries: at a GPU's size there are more
// refused: case large
#include <tritutor.cuh>

constexpr int TILE = 32;  // queries and keys a step; the keys are the lanes of a warp
constexpr int WARPS = 8;
constexpr int OWN = TILE / WARPS;  // queries a warp

extern "C" __global__ void attention_scores(const float* q, const float* k, float* out, int nq, int nk, int d) {
  __shared__ float q_tile[TILE][TILE + 1], k_tile[TILE][TILE + 1];

  const int lane = threadIdx.x, warp = threadIdx.y;
  const int query0 = blockIdx.x * TILE;
  const float scale = 1.0f / sqrtf(static_cast<float>(d));

  float largest[OWN], sum[OWN];
  for (int i = 0; i < OWN; ++i) largest[i] = -INFINITY, sum[i] = 0.0f;

  for (int key0 = 0; key0 < nk; key0 += TILE) {
    float acc[OWN] = {};
    for (int d0 = 0; d0 < d; d0 += TILE) {
      for (int i = 0; i < OWN; ++i) {
        const int r = warp + i * WARPS;
        const bool inside = d0 + lane < d;
        q_tile[r][lane] = inside && query0 + r < nq ? q[(query0 + r) * d + d0 + lane] : 0.0f;
        k_tile[r][lane] = inside && key0 + r < nk ? k[(key0 + r) * d + d0 + lane] : 0.0f;
      }
      __syncthreads();
      for (int dd = 0; dd < TILE; ++dd)
        for (int i = 0; i < OWN; ++i) acc[i] += q_tile[warp + i * WARPS][dd] * k_tile[lane][dd];
      __syncthreads();
    }

    const int key = key0 + lane;
    for (int i = 0; i < OWN; ++i) {
      const int query = query0 + warp + i * WARPS;
      if (query >= nq || key >= nk) continue;
      const float score = acc[i] * scale;
      out[query * nk + key] = score;
      const float before = largest[i];
      largest[i] = fmaxf(before, score);
      sum[i] = sum[i] * expf(before - largest[i]) + expf(score - largest[i]);
    }
  }

  for (int i = 0; i < OWN; ++i) {
    const float row_largest = tutor::warp_max(largest[i]);
    const float row_sum = tutor::warp_sum(sum[i] > 0.0f ? sum[i] * expf(largest[i] - row_largest) : 0.0f);
    const int query = query0 + warp + i * WARPS;
    if (query >= nq) continue;
    for (int key = lane; key < nk; key += TILE)
      out[query * nk + key] = expf(out[query * nk + key] - row_largest) / row_sum;
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("attention_scores", min(cdiv(p.nq, TILE), 512), dim3(TILE, WARPS)); }
