// 5.2 Attention scores: out = softmax(Q K^T / sqrt(d)) along the rows; q is nq x d, k is nk x d, out is nq x nk.
//
// Two exercises in one kernel: a matrix product with the second matrix transposed (4.1), and a softmax of each row of
// it (2.3). Start with one block a query: its threads share the keys among themselves, leave the raw scores in out, and
// reduce. Then take several queries a block, so that a key once read serves them all.
//
//   Triton:  scores = tl.dot(q_tile, tl.trans(k_tile)) * scale
//            scores = tl.where(keys[None, :] < nk, scores, -float("inf"))
#include <tritutor.cuh>

constexpr int BLOCK = 128;

extern "C" __global__ void attention_scores(const float* q, const float* k, float* out, int nq, int nk, int d) {
  const int query = blockIdx.x;

  // TODO: for the keys threadIdx.x, threadIdx.x + BLOCK, ...: the scaled score into out[query * nk + key], and the
  //       largest score this thread has seen.
  // TODO: the row's largest score, then the row's sum of exp(score - largest).
  // TODO: the probabilities, over the raw scores. Each thread reads back only what it wrote itself.
  for (int key = threadIdx.x; key < nk; key += BLOCK) out[query * nk + key] = 0.0f;
}

void launch(Plan& plan, const Problem& p) {
  // TODO: one block a query. Change it together with the kernel.
  plan.run("attention_scores", p.nq, BLOCK);
}
