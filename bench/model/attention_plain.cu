// 5.2 with a block a query: the scores straight from global memory, kept in `out` between the walks.
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void attention_scores(const float* q, const float* k, float* out, int nq, int nk, int d) {
  const float* query = q + static_cast<long long>(blockIdx.x) * d;
  float* row = out + static_cast<long long>(blockIdx.x) * nk;
  const float scale = 1.0f / sqrtf(static_cast<float>(d));
  float largest = -INFINITY, sum = 0.0f;
  for (int j = threadIdx.x; j < nk; j += BLOCK) {
    float score = 0.0f;
    for (int e = 0; e < d; ++e) score += query[e] * k[j * d + e];
    row[j] = score * scale;
    largest = fmaxf(largest, score * scale);
  }
  largest = tutor::block_max(largest);
  for (int j = threadIdx.x; j < nk; j += BLOCK) sum += expf(row[j] - largest);
  sum = tutor::block_sum(sum);
  for (int j = threadIdx.x; j < nk; j += BLOCK) row[j] = expf(row[j] - largest) / sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("attention_scores", p.nq, BLOCK); }
