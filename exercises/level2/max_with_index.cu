// 2.2 Maximum with index: value[0] = max(x), index[0] = the lowest i with x[i] = value[0]. No input is NaN.
//
// The reduction of 2.1, over pairs. Write the operator first: given two candidates, which one is better? Make it a rule
// that does not care in which order they come, and everything built on it is right.
//
//   Triton:  tl.max(x, axis=0, return_indices=True, return_indices_tie_break_left=True)
#include <tritutor.cuh>

constexpr int BLOCK = 256;

struct Candidate {
  float value;
  int index;
};

// TODO: the larger value; where they are equal, the lower index.
Candidate better(Candidate a, Candidate b) { return a; }

// Step 1: block b leaves its best candidate in scratch[b].
extern "C" __global__ void max_with_index(const float* x, float* value, int* index, int n, Candidate* scratch) {
  __shared__ Candidate best[BLOCK];
  // TODO: this thread's candidate. What does a thread past the end bring that can never win, not even against -inf?
  // TODO: halve as in 2.1, with better(a, b) in place of a + b.
  best[threadIdx.x] = {0.0f, 0};
  if (threadIdx.x == 0) scratch[blockIdx.x] = best[0];
}

// Step 2: one block finds the best of the blocks' candidates.
extern "C" __global__ void best_of_blocks(const float* x, float* value, int* index, int n, Candidate* scratch) {
  // TODO: loop over cdiv(n, BLOCK) candidates, then as in step 1.
  if (threadIdx.x == 0) {
    *value = scratch[0].value;
    *index = scratch[0].index;
  }
}

void launch(Plan& plan, const Problem& p) {
  plan.scratch(sizeof(Candidate) * cdiv(p.n, BLOCK));
  plan.run("max_with_index", cdiv(p.n, BLOCK), BLOCK);
  plan.run("best_of_blocks", 1, BLOCK);
}
