// case: the statement's own first version: right, and slow. It passes without a medal, with what makes it slow
// exercise: 5.2
// verdict: pass
// says: What holds it back:
// says: sectors per load request 32, ideal 4
// says: No medal: predicted below bronze, which is 15 % of the limit's speed.
// never says: NOT FAST ENOUGH
#include <tritutor.cuh>
extern "C" __global__ void attention_scores(const float* q, const float* k, float* out, int nq, int nk, int d) {
  extern __shared__ float qs[];
  const int i = blockIdx.x; float* o = out + (size_t)i * nk;
  for (int e = threadIdx.x; e < d; e += blockDim.x) qs[e] = q[i * d + e];
  __syncthreads();
  float mx = -INFINITY;
  const float sc = 1.0f / sqrtf(d);
  for (int j = threadIdx.x; j < nk; j += blockDim.x) { float s = 0; for (int e = 0; e < d; e++) s += qs[e] * k[j * d + e]; s *= sc; o[j] = s; mx = fmaxf(mx, s); }
  mx = tutor::block_max(mx);
  float s = 0;
  for (int j = threadIdx.x; j < nk; j += blockDim.x) { float e = __expf(o[j] - mx); o[j] = e; s += e; }
  s = tutor::block_sum(s);
  for (int j = threadIdx.x; j < nk; j += blockDim.x) o[j] /= s;
}
void launch(Plan& plan, const Problem& p) { plan.run("attention_scores", p.nq, 128, p.d * sizeof(float)); }
