// 2.1 Sum reduction: result[0] = x[0] + x[1] + ... + x[n-1].
//
// Many threads, one number. Adding happens at three scales: a thread adds up some elements on its own, the threads of a
// block add up their sums, and the blocks' sums are added up last. Threads of one block can meet at __syncthreads();
// blocks can not. What separates the last scale from the others is therefore a second step of the plan:
//
//   plan.scratch(bytes)   asks for a buffer that lives through all steps; a kernel gets it as one more, last argument
//   plan.run(...)         once for each step; the next one starts when every block of the one before has ended
//
//   Triton:  tl.sum(tl.load(x + offsets, mask=mask, other=0.0), axis=0)   is the middle scale; the others are yours
#include <tritutor.cuh>

constexpr int BLOCK = 256;

// Step 1: block b leaves the sum of its elements in scratch[b].
extern "C" __global__ void sum_reduction(const float* x, float* result, int n, float* scratch) {
  __shared__ float sums[BLOCK];
  // TODO: this thread's element, or 0 where there is none, into sums[threadIdx.x]; then __syncthreads().
  // TODO: halve: the first 128 threads add what lies 128 further on, then 64, 32, ... with a barrier after each round.
  // TODO: thread 0 stores sums[0].
  sums[threadIdx.x] = 0.0f;
  if (threadIdx.x == 0) scratch[blockIdx.x] = sums[0];
}

// Step 2: one block adds up what the blocks left.
extern "C" __global__ void sum_partials(const float* x, float* result, int n, float* scratch) {
  const int partials = cdiv(n, BLOCK);
  // TODO: there may be more partial sums than threads: each thread loops over some of them. Then as in step 1.
  if (threadIdx.x == 0 && partials > 0) *result = scratch[0];
}

void launch(Plan& plan, const Problem& p) {
  plan.scratch(sizeof(float) * cdiv(p.n, BLOCK));
  plan.run("sum_reduction", cdiv(p.n, BLOCK), BLOCK);
  plan.run("sum_partials", 1, BLOCK);
}
