// 5.2 Attention scores: out = softmax(Q K^T / sqrt(d)) along the rows; Q is nq x d, K is nk x d, out is nq x nk.
//
// A block takes 32 queries and walks over all keys, 128 at a time. For each such tile it makes the scores as in 4.1, and
// stores them raw; beside that, every thread keeps a running maximum and sum of the scores it made (2.3). When the last
// key is done, a warp knows the softmax's denominator for its rows, and turns the raw scores into probabilities.
//
// To notice:
// - A warp is a set of four queries, and each of its lanes takes four keys: a thread makes 4 x 4 scores, so that eight
//   reads from shared memory feed sixteen multiply-adds. A row's maximum and sum are five shuffles away, and the stores
//   to `out` run along its rows.
// - The scores are read back by the thread that wrote them, so no barrier stands between the passes.
// - K^T is never formed: both tiles are read along d, and a product takes a row of each. The keys' tile is 33 wide, so
//   that 32 lanes reading 32 rows of the same column hit 32 banks; of the queries' a warp reads one element at a time.
// - Zeros past nq, nk and d keep the inner loop free of masks. A key that does not exist is left out of the maximum
//   and the sum, where its score of 0 would count.
#include <tritutor.cuh>

constexpr int WARPS = 8;
constexpr int OWN = 4;                // queries a warp, and keys a lane
constexpr int QUERIES = WARPS * OWN;  // a block
constexpr int KEYS = 32 * OWN;        // a step
constexpr int DEPTH = 32;             // of d at a time

extern "C" __global__ void attention_scores(const float* q, const float* k, float* out, int nq, int nk, int d) {
  __shared__ float q_tile[QUERIES][DEPTH], k_tile[KEYS][DEPTH + 1];

  const int lane = threadIdx.x, warp = threadIdx.y;
  const int query0 = blockIdx.x * QUERIES;
  const float scale = 1.0f / sqrtf(static_cast<float>(d));

  float largest[OWN], sum[OWN];
  for (int i = 0; i < OWN; ++i) largest[i] = -INFINITY, sum[i] = 0.0f;

  for (int key0 = 0; key0 < nk; key0 += KEYS) {
    float acc[OWN][OWN] = {};
    for (int d0 = 0; d0 < d; d0 += DEPTH) {
      const bool inside = d0 + lane < d;
      for (int r = warp; r < QUERIES; r += WARPS)
        q_tile[r][lane] = inside && query0 + r < nq ? q[(query0 + r) * d + d0 + lane] : 0.0f;
      for (int r = warp; r < KEYS; r += WARPS)
        k_tile[r][lane] = inside && key0 + r < nk ? k[(key0 + r) * d + d0 + lane] : 0.0f;
      __syncthreads();
      for (int dd = 0; dd < DEPTH; ++dd) {
        float q_own[OWN], k_own[OWN];
        for (int i = 0; i < OWN; ++i) q_own[i] = q_tile[warp + i * WARPS][dd];
        for (int j = 0; j < OWN; ++j) k_own[j] = k_tile[lane + j * 32][dd];
        for (int i = 0; i < OWN; ++i)
          for (int j = 0; j < OWN; ++j) acc[i][j] += q_own[i] * k_own[j];
      }
      __syncthreads();
    }

    for (int i = 0; i < OWN; ++i) {
      const int query = query0 + warp + i * WARPS;
      for (int j = 0; j < OWN; ++j) {
        const int key = key0 + lane + j * 32;
        if (query >= nq || key >= nk) continue;
        const float score = acc[i][j] * scale;
        out[query * nk + key] = score;
        // One exponential for both: of the smaller against the larger. The first score meets -inf, and exp(-inf) is 0.
        const float smaller = expf(-fabsf(score - largest[i]));
        sum[i] = score > largest[i] ? sum[i] * smaller + 1.0f : sum[i] + smaller;
        largest[i] = fmaxf(largest[i], score);
      }
    }
  }

  for (int i = 0; i < OWN; ++i) {
    const float row_largest = tutor::warp_max(largest[i]);
    const float row_sum = tutor::warp_sum(sum[i] > 0.0f ? sum[i] * expf(largest[i] - row_largest) : 0.0f);
    const int query = query0 + warp + i * WARPS;
    if (query >= nq) continue;
    for (int key = lane; key < nk; key += 32)
      out[query * nk + key] = expf(out[query * nk + key] - row_largest) / row_sum;
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("attention_scores", cdiv(p.nq, QUERIES), dim3(32, WARPS)); }
