// mutant: the neutral candidate has index -1, which wins a tie against -inf
// refused: case all-minus-infinity
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 8;
constexpr int CHUNK = BLOCK * EACH;
constexpr int MAX_BLOCKS = 1024;

constexpr int blocks(int n) { return min(cdiv(n, CHUNK), MAX_BLOCKS); }

struct Candidate {
  float value;
  int index;
};

constexpr Candidate neutral = {-INFINITY, -1};

Candidate better(Candidate a, Candidate b) {
  return a.value > b.value || (a.value == b.value && a.index < b.index) ? a : b;
}

Candidate warp_best(Candidate c) {
  for (int distance = 16; distance > 0; distance /= 2) {
    const Candidate other = {__shfl_down_sync(0xffffffffu, c.value, distance),
                             __shfl_down_sync(0xffffffffu, c.index, distance)};
    c = better(c, other);
  }
  return c;  // right in lane 0
}

Candidate block_best(Candidate c) {
  __shared__ Candidate of_warp[BLOCK / 32];
  c = warp_best(c);
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = c;
  __syncthreads();
  return threadIdx.x < 32 ? warp_best(threadIdx.x < BLOCK / 32 ? of_warp[threadIdx.x] : neutral) : neutral;
}

extern "C" __global__ void max_with_index(const float* x, float* value, int* index, int n, Candidate* scratch) {
  Candidate best = neutral;
  for (int first = blockIdx.x * CHUNK; first < n; first += gridDim.x * CHUNK) {
    float v[EACH];  // all loads first: the comparisons depend on each other, the loads need not
    for (int j = 0; j < EACH; ++j) {
      const int i = first + j * BLOCK + threadIdx.x;
      if (i < n) v[j] = x[i];
    }
    for (int j = 0; j < EACH; ++j) {
      const int i = first + j * BLOCK + threadIdx.x;
      if (i < n) best = better(best, {v[j], i});
    }
  }
  best = block_best(best);
  if (threadIdx.x == 0) scratch[blockIdx.x] = best;
}

extern "C" __global__ void best_of_blocks(const float* x, float* value, int* index, int n, Candidate* scratch) {
  Candidate best = neutral;
  for (int i = threadIdx.x; i < blocks(n); i += BLOCK) best = better(best, scratch[i]);
  best = block_best(best);
  if (threadIdx.x == 0) *value = best.value, *index = best.index;
}

void launch(Plan& plan, const Problem& p) {
  plan.scratch(sizeof(Candidate) * blocks(p.n));
  plan.run("max_with_index", blocks(p.n), BLOCK);
  plan.run("best_of_blocks", 1, BLOCK);
}
